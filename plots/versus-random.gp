# versus-random: how much better or worse than a random subset, at the same number of samples
# processed: a row per pruner, best on top, a column of panels per rate, such a table per dataset
# and model. Columns: versus-random.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
measured(c) = strcol(c) ne "NaN"
points(c) = 100 * column(c)

stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
array facet_own[facets]
array block_place[blocks]
array block_lines[blocks]
array cell_rows[panels * facets] # rows of the TSV in each panel
do for [b = 1:blocks] { block_lines[b] = 1 }
do for [i = 1:panels * facets] { cell_rows[i] = 0 }
array own_block[facets_records]
array own_line[facets_records]
array own_share[facets_records]
own_count = 0
read_own(b) = (own_count = own_count + 1, own_block[own_count] = b, \
               own_line[own_count] = int($15), own_share[own_count] = $16, 0)
some_dynamic = 0
left_out = 0
cell(panel, facet) = (panel - 1) * facets + facet
read_row(b, i) = (facet_rate[int($13)] = $12, facet_own[int($13)] = int($14), \
                  block_place[b] = int($22), block_lines[b] = larger(block_lines[b], $15 + 1), \
                  cell_rows[i] = cell_rows[i] + 1, \
                  left_out = int($23), \
                  some_dynamic = some_dynamic || measured(21), int($14) ? read_own(b) : 0, $13)
stats tsv using (read_row(column(-2) + 1, cell(int($6), int($13)))) nooutput
some_own = facet_own[facets]

# Each panel has an axis of its own around zero, for what matters is on which side of it a mark is
# and how surely. It holds most marks and bars; the few that are far away would flatten the others.
# They become arrows.
array cell_low[panels * facets]
array cell_high[panels * facets]
cut = 0
shown(r, c) = $6 == r && $13 == c
main(none) = measured(17) ? points(17) : points(21)
half(none) = measured(18) ? (points(19) - points(18)) / 2 : 0
lowest(none) = smaller(measured(18) ? points(18) : main(0), measured(21) ? points(21) : main(0))
highest(none) = larger(measured(19) ? points(19) : main(0), measured(21) ? points(21) : main(0))
within(x) = larger(-reach, smaller(reach, x))
do for [r = 1:panels] {
    do for [c = 1:facets] {
        i = cell(r, c)
        reach = 1
        if (cell_rows[i]) {
            stats tsv using (shown(r, c) ? abs(main(0)) : NaN) name "far" nooutput
            stats tsv using (shown(r, c) ? half(0) : NaN) name "half" nooutput
            reach = larger(0.5, 4 * larger(far_median, half_median))
            stats tsv using (shown(r, c) ? within(lowest(0)) : NaN) name "low" nooutput
            stats tsv using (shown(r, c) ? within(highest(0)) : NaN) name "high" nooutput
        } else {
            low_min = -reach
            high_max = reach
        }
        pad = 0.08 * larger(0.5, larger(0, high_max) - smaller(0, low_min))
        cell_low[i] = smaller(0, low_min) - pad
        cell_high[i] = larger(0, high_max) + pad
    }
}
is_left(i) = measured(17) && points(17) < cell_low[i]
is_right(i) = measured(17) && points(17) > cell_high[i]
is_cut(i) = measured(18) && !is_left(i) && !is_right(i) && \
            (points(18) < cell_low[i] || points(19) > cell_high[i])
far_count = 0
array far_cell[facets_records]
array far_block[facets_records]
array far_line[facets_records]
array far_points[facets_records]
array far_style[facets_records]
style_of(none) = strcol(20) eq "better" ? 1 : strcol(20) eq "worse" ? 2 : 3
read_far(i, b) = (far_count = far_count + 1, far_cell[far_count] = i, far_block[far_count] = b, \
                  far_line[far_count] = int($15), far_points[far_count] = points(17), \
                  far_style[far_count] = style_of(0), 0)
read_ends(i) = (cut = cut || is_cut(i), \
                is_left(i) || is_right(i) ? read_far(i, int(column(-2)) + 1) : 0)
stats tsv using (read_ends(cell(int($6), int($13)))) nooutput

# In a column, long names take several lines.
name_width = narrow ? smaller(series_width, 15 * small_width("x")) : series_width
name_letters = narrow ? small_letters_in(name_width) : letters_in(name_width)
name_size = narrow ? small_size : text_size
name_lines(b) = line_count(block_label[b], name_letters)

# Rows hang from the panel's top, in inches.
pitch = in_cells ? cell_height : narrow ? 0.13 : 0.15
row_gap = row_space(0.01)
array block_top[blocks]
array panel_rows[panels] # their height
do for [r = 1:panels] {
    rows_height = row_space(0.03)
    k = 1
    found = 1
    while (found) {
        found = 0
        do for [b = 1:blocks] {
            if (block_panel[b] == r && block_place[b] == k) {
                found = b
            }
        }
        if (found) {
            block_top[found] = rows_height
            rows_height = rows_height + row_gap + \
                          pitch * larger(block_lines[found], name_lines(found))
            k = k + 1
        }
    }
    panel_rows[r] = rows_height + row_space(0.03)
}
row_y(b, line) = block_top[b] + (line + of_row(0.5)) * pitch

# ---- The page ------------------------------------------------------------------------------------

panel_left = margin + name_width + 0.06
panel_gap = in_cells ? 2 * cell_width : narrow ? 0.07 : 0.1
share_width = some_own ? small_width("99 %") + 0.03 : 0
panel_right = margin + share_width
wanted_width = panel_left + panel_right + facets * (1.15 + panel_gap)
width = narrow ? one_column : larger(one_column, larger(wanted_width, facets > 1 ? 5.2 : 0))
panel_width = (width - panel_left - panel_right + panel_gap) / facets - panel_gap
title_letters = letters_in(width - 2 * margin)
rate_title = 0.2
heading = title_height(0.05) + rate_title - 0.05
axis_height = 0.26
array panel_top[panels + 1]
panel_top[1] = heading
do for [r = 1:panels] { panel_top[r + 1] = panel_top[r] + panel_rows[r] + axis_height + heading }
body = panel_top[panels + 1] - heading + 0.2

key_count = some_dynamic ? 4 : 3
key_boxes = 2
array key_label[key_count]
key_label[1] = "better than random"
key_label[2] = "worse"
key_label[3] = "undecided"
if (some_dynamic) { key_label[4] = "difference to random-dynamic" }
array key_mark[4] = [glyph(7), glyph(7), glyph(6), glyph(12)]
set style line 1 lc rgb 0x0072B2 lw 1.1 dt 1 pt glyph(7) ps 0.45 * mark_scale
set style line 2 lc rgb 0xD55E00 lw 1.1 dt 1 pt glyph(7) ps 0.45 * mark_scale
set style line 3 lc rgb 0x808080 lw 1.1 dt 1 pt glyph(6) ps 0.45 * mark_scale
set style line 4 lc rgb 0x404040 lw 1.1 dt 1 pt glyph(12) ps 0.4 * mark_scale

notes = subject.over_seeds("Mean", " of the differences at the same seed and number of samples ". \
                                   "processed; bars: 95 % interval". \
                                   (cut ? ", cut at a panel's edge" : "")). \
        " Filled: all of the interval is on one side of 0. Best on top, by the mean over the ". \
        "panels; each has its own axis.". \
        (far_count ? " Arrows: beyond the axis, with the difference." : ""). \
        (some_own ? " Own budget: pruners that process more or fewer samples than their rate ". \
                    "leaves; the number is the share processed." : ""). \
        (left_out ? sprintf(" Left out because random has no run to compare with: %s.", \
                            counted(left_out, "mean")) : "").missing
load "page.gp"

# ---- The panels ----------------------------------------------------------------------------------

short_titles = panel_width + panel_gap < text_width("own budget")
facet_title(c) = facet_own[c] ? (short_titles ? "own" : "own budget") : \
                 (short_titles ? "" : "rate ").percent(facet_rate[c])
tick_text(x) = sprintf("%g", x)
difference_text(d) = sprintf(abs(d) < 9.95 ? "%+.1f" : "%+.0f", d)
arrow_length = smaller(0.14, 0.2 * panel_width)
here(none) = shown(r, c) && measured(17)
is_within(none) = here(0) && !is_left(cell(r, c)) && !is_right(cell(r, c))
has_bar(none) = is_within(0) && measured(18)
left_end(none) = larger(x_low, points(18))
right_end(none) = smaller(x_high, points(19))
mark_y(b, line) = row_y(b, line) - of_row(0.08) * pitch
row(none) = mark_y(int(column(-2)) + 1, $15)
one_digit(x) = floor(x / decade(x)) * decade(x)

set grid noxtics ytics @grid_look
set border 1
do for [r = 1:panels] {
    y = body_top + panel_top[r]
    bottom = y + panel_rows[r]
    set tmargin at screen sy_top(y)
    set bmargin at screen sy(bottom)
    set yrange [panel_rows[r]:0]
    set ytics scale 0 ("" -1)
    do for [b = 1:blocks] {
        if (block_panel[b] == r) { set ytics add ("" row_y(b, 0)) }
    }
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(margin), sy(y - rate_title + 0.05 + title_y(r, i))
    }
    do for [b = 1:blocks] {
        if (block_panel[b] == r) {
            do for [i = 1:name_lines(b)] {
                set label line_text(block_label[b], name_letters, i) \
                    at screen sx(margin), sy(y + row_y(b, i - 1)) font sprintf(",%g", name_size)
            }
        }
    }
    do for [i = 1:own_count] {
        if (block_panel[own_block[i]] == r) {
            set label sprintf("%.0f %%", 100 * own_share[i]) right font small_font \
                textcolor rgb grey at screen sx(width - margin), \
                sy(y + row_y(own_block[i], own_line[i]))
        }
    }
    if (short_titles) {
        set label "rate" right at screen sx(panel_left - 0.08), sy(above(y, 0.09))
    }
    if (r == panels) {
        set label "accuracy minus random's (points)" center \
            at screen sx((panel_left + width - panel_right) / 2), sy(below_axis(bottom))
    }
    do for [c = 1:facets] {
        x = panel_left + (c - 1) * (panel_width + panel_gap)
        x_low = cell_low[cell(r, c)]
        x_high = cell_high[cell(r, c)]
        inch = (x_high - x_low) / panel_width
        set lmargin at screen sx(x)
        set rmargin at screen sx_right(x + panel_width)
        set xrange [x_low:x_high]
        step = tick_step(x_high - x_low, panel_width / 0.28)
        furthest = larger(-x_low, x_high)
        set xtics nomirror (0)
        if (panel_width > 0.6 && step <= furthest) {
            do for [k = ceil(x_low / step):floor(x_high / step)] {
                at = k * step
                room = 0.5 * (text_width(tick_text(at)) - panel_gap) * inch
                fits = at - room > x_low && at + room < x_high
                set xtics add ((fits ? tick_text(at) : "") at)
            }
        } else {
            at = one_digit(furthest) * (-x_low > x_high ? -1 : 1)
            set xtics add (tick_text(at) at)
        }
        set label facet_title(c) center at screen sx(x + panel_width / 2), sy(above(y, 0.09))
        set arrow from 0, graph 0 to 0, graph 1 nohead back lw 0.7 lc rgb grey
        do for [i = 1:far_count] {
            if (far_cell[i] == cell(r, c)) {
                edge = far_points[i] < 0 ? x_low : x_high
                inwards = far_points[i] < 0 ? inch : -inch
                at_y = mark_y(far_block[i], far_line[i])
                set arrow from edge + arrow_length * inwards, at_y to edge, at_y \
                    head filled size screen 0.05 / width, 25 ls far_style[i]
                if (inwards > 0) {
                    set label difference_text(far_points[i]) left font small_font \
                        at edge + (arrow_length + 0.02) * inwards, at_y
                } else {
                    set label difference_text(far_points[i]) right font small_font \
                        at edge + (arrow_length + 0.02) * inwards, at_y
                }
            }
        }

        plot NaN, \
             tsv using (shown(r, c) && measured(21) && points(21) >= x_low && \
                        points(21) <= x_high ? points(21) : NaN):(row(0) + 0.28 * pitch) \
                 with points ls 4 lw 0.7, \
             for [s = 1:3] tsv \
                 using (has_bar(0) && style_of(0) == s ? left_end(0) : NaN):(row(0)): \
                       (right_end(0) - left_end(0)):(0) with vectors nohead ls s, \
             tsv using (is_within(0) ? points(17) : NaN):(row(0)) \
                 with points pt glyph(7) ps 0.45 * mark_scale lc rgb "#FFFFFF", \
             for [s = 1:3] tsv \
                 using (is_within(0) && style_of(0) == s ? points(17) : NaN):(row(0)) \
                 with points ls s lw 0.7
        unset label
        unset arrow
    }
}
unset multiplot
