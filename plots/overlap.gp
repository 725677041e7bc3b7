# overlap: how much of one pruner's subset is in another's, beside what chance would give: a
# triangle of all pairs, one per rate, dataset and model. Columns: overlap.sql.

# ---- The data ------------------------------------------------------------------------------------

stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
stats tsv using (facet_rate[int($13)] = $12, $18) name "chance" nooutput
stats tsv using (100 * ($17 - $16)) name "apart" nooutput
series_of(label) = sum [s = 1:series_count] (series_label[s] eq label ? s : 0)

# From -1 (nothing in common) over 0 (chance) to 1 (one in the other).
excess(none) = $15 >= $18 ? ($15 - $18) / larger(1e-9, 1 - $18) : ($15 - $18) / larger(1e-9, $18)

# ---- The page ------------------------------------------------------------------------------------

name_width = smaller(series_width, (narrow ? 18 : 30) * small_width("x"))
name_letters = small_letters_in(name_width)
most_lines_from(s) = s > series_count ? 1 : \
    larger(line_count(series_label[s], name_letters), most_lines_from(s + 1))
name_line = in_cells ? cell_height : 0.105
step_down = in_cells ? 2 * cell_height : narrow ? 0.2 : 0.24
sides = larger(1, series_count - 1) # the first has no row, the last no column
least_cell = larger(0.115, name_line * most_lines_from(1) + 0.01)
cell_room = ((narrow ? one_column : 7.2) - margin - name_width - 0.1 - margin) / sides
around = 1.2 + panels * 0.24 + panels * facets * (step_down + name_width + 0.12)
cell_size = larger(least_cell, \
                   smaller(cell_room >= 0.2 ? 0.27 : 0.13, \
                           narrow ? (tallest - around) / (panels * facets) / sides : cell_room))
cell_size = smaller(cell_size, larger(least_cell, cell_room))
numbers = in_cells ? cell_room >= 4 * cell_width : cell_size >= 0.2 # fit into the cells
if (in_cells) { cell_size = cell_height }
cell_across = in_cells ? (numbers ? 4 : 2) * cell_width : cell_size
side = sides * cell_size
table_width = margin + name_width + 0.1 + sides * cell_across + margin
across = narrow ? 1 : larger(1, smaller(facets, int(7.4 / table_width)))
down = (facets + across - 1) / across
width = larger(one_column, across * table_width)
title_letters = letters_in(width - 2 * margin)
heading = title_height(0)
table_height = step_down + side + (narrow ? 0.1 : 0.16) + (in_cells ? cell_height : name_width)
row_height = heading + down * table_height
body = panels * row_height + 0.02
key_count = numbers && in_cells ? 0 : 3
key_boxes = 1
array key_label[3] = ["one within the other", "as by chance", "none in common"]
array key_fill[3] = [0x0072B2, 0xF2F2F2, 0xD55E00]
key_colour(k) = key_fill[k]
set palette defined (-1 "#D55E00", 0 "#F2F2F2", 1 "#0072B2")
set cbrange [-1:1]
unset colorbox
notes = subject.over_seeds("Mean", ""). \
        (numbers ? " Numbers: percentage of the smaller subset that is in the larger." : ""). \
        (in_cells ? " Each pruner's row ends, and its column begins, at its name." : ""). \
        " Subsets in force halfway through training.". \
        (seeds_max > 1 ? sprintf(" Seeds of a pair: at most %.1f points apart, %.1f on ". \
                                 "average.", apart_max, apart_mean) : "").missing
load "page.gp"

# ---- The panels ----------------------------------------------------------------------------------

unset grid
unset xtics
unset ytics
set border 0
do for [r = 1:panels] {
    do for [c = 1:facets] {
        left = (c - 1) % across * table_width
        x = left + margin + (in_cells ? 0 : name_width + 0.1)
        top = body_top + (r - 1) * row_height + heading
        y = top + (c - 1) / across * table_height + step_down
        set lmargin at screen sx(x)
        set rmargin at screen sx_right(x + sides * cell_across)
        set tmargin at screen sy_top(y)
        set bmargin at screen sy(y + side)
        set xrange [0:series_count - 1]
        set yrange [series_count:1]
        if (c == 1) {
            do for [i = 1:title_count(r)] {
                set label line_text(panel_title[r], title_letters, i) \
                    at screen sx(margin), sy(top + title_y(r, i))
            }
        }
        set label "rate ".percent(facet_rate[c]) \
            at screen sx(x), sy(in_cells ? y - step_down : y - 0.1)
        # Letters cannot be turned for a terminal: names are on the diagonal there.
        do for [s = 1:in_cells * series_count] {
            set label series_label[s] \
                at screen sx(x + (s - 0.4) * cell_across), sy(y + (s - 1) * cell_size)
        }
        do for [s = 1:filled * series_count] {
            lines = line_count(series_label[s], name_letters)
            shift = -0.5 * (lines + 1) * name_line
            do for [i = 1:(s > 1 ? lines : 0)] {
                set label line_text(series_label[s], name_letters, i) right font small_font \
                    at screen sx(x - 0.05), sy(y + (s - 1.5) * cell_size + shift + i * name_line)
            }
            do for [i = 1:(s < series_count ? lines : 0)] {
                set label line_text(series_label[s], name_letters, i) right rotate by 90 \
                    font small_font at screen \
                    sx(x + (s - 0.5) * cell_size + shift + i * name_line), sy(y + side + 0.05)
            }
        }
        here(none) = $6 == r && $13 == c && series_of(strcol(11)) > series_of(strcol(14))
        at_x(none) = here(0) ? series_of(strcol(14)) - 0.5 : NaN
        at_y(none) = series_of(strcol(11)) - of_row(0.5)
        shade(v) = v > 1 / 3.0 ? 1 : v > -1 / 3.0 ? 2 : 3
        plot NaN, \
             for [i = 1:in_cells * !numbers] tsv using (at_x(0)):(at_y(0)): \
                       (fill_text(1, shade(excess(0)))) with labels, \
             for [i = 1:filled] tsv using (at_x(0)):(at_y(0)):(at_x(0) - 0.47):(at_x(0) + 0.47): \
                       (at_y(0) - 0.47):(at_y(0) + 0.47):(excess(0)) \
                 with boxxyerror lc palette fs solid noborder, \
             tsv using (numbers && (in_cells || abs(excess(0)) < 0.6) ? at_x(0) : NaN):(at_y(0)): \
                       (sprintf("%.0f", 100 * $15)) with labels font small_font, \
             tsv using (numbers && filled && abs(excess(0)) >= 0.6 ? at_x(0) : NaN):(at_y(0)): \
                       (sprintf("%.0f", 100 * $15)) \
                 with labels font small_font textcolor rgb "white"
        unset label
    }
}
unset multiplot
