# style: loaded before every figure. How a pruner looks, the page's measures, what a TSV holds.
#
# The caller sets `figure`, `format` (svg, pdf, png) and `span` (page, column) and works in the
# folder that holds the TSV and these scripts. By hand, to try a change on a figure that was drawn
# already:
#
#     cp plots/*.gp results/figures && cd results/figures
#     gnuplot -d -e "figure='phases'; format='png'; span='page'" style.gp phases.gp
#
# Lengths are inches from the left and from the top, fonts and lines are points. plots/README.md
# lists what figures have from here, plots/render.h the columns of the TSV.

set encoding utf8
set datafile separator "\t"
set datafile missing "NaN"
set decimalsign "."
tsv = figure.".tsv"
larger(a, b) = a > b ? a : b
smaller(a, b) = a < b ? a : b
symbol = ""
do for [i = 1:strlen(figure)] { symbol = symbol.(figure[i:i] eq "-" ? "_" : figure[i:i]) }

# ---- Pruners: name, colour, dash, mark -----------------------------------------------------------
#
# Okabe and Ito's colours, and one of Tol's where theirs run out. Controls are black, grey and blue;
# what reads losses is warm or green. Where two are alike for a colour-blind eye, marks and dashes
# differ.

$pruners << end
full            0x000000  1  7
full-short      0x000000 11  6
random          0x999999 11  4
random-dynamic  0x56B4E9  1  5
rs2             0x0072B2 12 12
epsilon-greedy  0xE69F00 11 10
ucb             0xD55E00  1  9
el2n            0xCC79A7  1 13
forgetting      0x882255 12 14
infobatch       0x009E73  1 11
end

# Any other name gets a look from its letters, and so keeps it from figure to figure.
$others << end
0x332288
0x117733
0x999933
0x661100
0x6699CC
0xAA4499
end

# Dashes and gaps in units of the line's width.
set dashtype 11 (4, 2)
set dashtype 12 (6, 2, 1.2, 2)
set dashtype 13 (1.2, 1.8)

rank(name) = sum [i = 1:|$pruners|] (word($pruners[i], 1) eq name ? i : 0)
letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"
hash(name) = sum [i = 1:strlen(name)] i * strstrt(letters, name[i:i])
listed(name, field) = int(word($pruners[rank(name)], field))
base_colour(name) = rank(name) ? listed(name, 2) : int($others[1 + hash(name) % |$others|])
base_dash(name) = rank(name) ? listed(name, 3) : word("1 11 12 13", 1 + hash(name) % 4) + 0
base_mark(name) = rank(name) ? listed(name, 4) : 4 + hash(name) % 11

# A pruner's further options (variant 1, 2, ...) keep its colour, lighter, and change dash and mark.
lighter(c, v) = int(c + (255 - c) * (1 - 0.6 ** v))
channel(c, shift) = (c >> shift) & 255
tint(c, v) = \
    lighter(channel(c, 16), v) << 16 | lighter(channel(c, 8), v) << 8 | lighter(channel(c, 0), v)
colour(name, variant) = tint(base_colour(name), variant)
dash(name, variant) = variant ? word("13 12 11", 1 + variant % 3) + 0 : base_dash(name)
# What stands for gnuplot's marks 1.. where letters are all there is.
glyphs = "+ × ✳ □ ■ ○ ● △ ▲ ▽ ▼ ◇ ◆ ☆ ★"
glyph(m) = format eq "terminal" ? word(glyphs, m) : m
# Gnuplot's marks come in pairs, hollow (even) and filled (odd).
other_of_pair(m) = m % 2 ? m - 1 : m + 1
mark(name, variant) = \
    glyph(variant % 2 ? other_of_pair(base_mark(name)) : base_mark(name))

# ---- The page ------------------------------------------------------------------------------------

# A terminal's letters stand in cells, and so does all else. Such a figure is a column's, as wide as
# the terminal. Gnuplot fills nothing there: no bands, and bars are lines.
in_cells = format eq "terminal"
in_latex = format eq "cairolatex"
cell_width = 1 / 15.0
cell_height = 0.125
whole_rows(y) = in_cells ? cell_height * ceil(y / cell_height - 1e-6) : y
filled = !in_cells
# A list's rows: how far their middle is below their top, in rows; and what is between them.
of_row(share) = in_cells ? 0 : share
row_space(inches) = in_cells ? 0 : inches
# Of a panel's heading, and of its x axis' name.
above(y, inches) = y - (in_cells ? cell_height : inches)
below_axis(y) = y + (in_cells ? 2 * cell_height : 0.33)

# A column's figure has its panels below each other. Where they would make it taller than a page,
# they shrink, but not below what can be read: with more than about six, it is taller. The bars of
# phases and the rows of versus-random do not shrink: about forty fill a page.
narrow = span eq "column"
one_column = in_cells ? (terminal_columns - 1) * cell_width : 3.5
tallest = in_cells ? 1e9 : 9
lowest_panel = 0.8
narrowest_panel = 1.35
# The height of each of n panels that have so many inches around them.
panel_fit(wanted, n, around) = \
    narrow ? larger(lowest_panel, smaller(wanted, (tallest - around) / n)) : wanted

margin = in_cells ? cell_width : 0.08
text_size = 8
small_size = 7
text_line = in_cells ? cell_height : 0.14
small_font = sprintf(",%g", small_size)
grey = in_cells ? "#808080" : "#595959"
faint = "#D9D9D9"

# The terminals draw marks of one size differently large.
mark_scale = format eq "svg" ? 1.4 : format eq "pdf" ? 1.2 : in_latex ? 1.3 : 1

# A wide sans-serif; narrower ones leave more room.
text_width(text) = strlen(text) * (in_cells ? cell_width : text_size * 0.6 / 72)
small_width(text) = strlen(text) * (in_cells ? cell_width : small_size * 0.56 / 72)

# Lines of at most n letters, broken at blanks; a word that is longer, at hyphens or anywhere.
letters_in(w) = int(w / text_width("x") + 1e-9)
small_letters_in(w) = int(w / small_width("x") + 1e-9)
last_of(c, text, i) = i < 1 || text[i:i] eq c ? i : last_of(c, text, i - 1)
line_end(text, n) = strlen(text) <= n ? strlen(text) : \
                    last_of(" ", text, n + 1) > 1 ? last_of(" ", text, n + 1) - 1 : \
                    last_of("-", text, n) > 1 ? last_of("-", text, n) : n
from_letter(text, i) = text[i + (text[i:i] eq " "):*]
later_lines(text, n) = from_letter(text, line_end(text, n) + 1)
line_count(text, n) = strlen(text) <= n ? 1 : 1 + line_count(later_lines(text, n), n)
line_text(text, n, i) = \
    i == 1 ? text[1:line_end(text, n)] : line_text(later_lines(text, n), n, i - 1)

# All three come out alike: a font size is points, a line width of 1 is a point.
terminal(w, h) = "set terminal ".( \
    in_cells ? sprintf("dumb size %d,%d aspect 1,1 %s noenhanced", \
                       floor(w / cell_width + 1.5), floor(h / cell_height + 1.5), \
                       colours ? "ansirgb" : "mono") : \
    in_latex ? sprintf("cairolatex pdf input colortext size %gin,%gin linewidth 3 ". \
                       "header '\\fontsize{%g}{%g}\\selectfont'", w, h, text_size, \
                       1.2 * text_size) : \
    format eq "svg" ? sprintf("svg size %d,%d fixed fontscale %g linewidth %g name '%s'", \
                              w * 96, h * 96, 96.0 / 72, 96.0 / 72, symbol) : \
    format eq "pdf" ? sprintf("pdfcairo size %gin,%gin fontscale 0.75 linewidth 2", w, h) : \
                      sprintf("pngcairo size %d,%d fontscale %g pointscale %g linewidth %g", \
                              w * 200, h * 200, 200.0 / 96, 200.0 / 72, 200.0 / 72)). \
    (in_cells || in_latex ? "" : \
     sprintf(" noenhanced font 'sans-serif,%g' background '#FFFFFF'", text_size))

percent(share) = sprintf("%.3g %%", 100 * share)

# Seconds, unless even the quickest of what is shown takes long.
time_unit(seconds) = seconds < 1200 ? 1.0 : seconds < 72000 ? 60.0 : 3600.0
unit_name(unit) = unit == 1 ? "s" : unit == 60 ? "min" : "h"

# An axis around what it shows: some room, and no magnifying of nothing.
padded_low(low, high) = low - 0.05 * larger(high - low, 1) - larger(0, 0.5 * (1 - (high - low)))
padded_high(low, high) = high + 0.05 * larger(high - low, 1) + larger(0, 0.5 * (1 - (high - low)))

# The distance of at most n ticks on a linear axis of that length: 1, 2 or 5 times a power of ten.
decade(x) = 10.0 ** floor(log10(x))
round_up(x, d) = x <= d ? d : x <= 2 * d ? 2 * d : x <= 5 * d ? 5 * d : 10 * d
tick_step(length, n) = round_up(length / n, decade(length / n))

set border 3 lw 0.5 lc rgb grey
set tics nomirror scale 0.5 textcolor rgb "black"
grid_look = in_cells ? "lt 0" : "lt 1 lw 0.4 lc rgb faint"
set grid y @grid_look
set style fill solid noborder
unset key

# ---- What the TSV holds --------------------------------------------------------------------------

stats tsv using (experiment = strcol(2), unfinished = int($3), doubtful = int($4), $5) \
    name "seeds" nooutput
stats tsv using 6 name "panels" nooutput
blocks = int(panels_blocks)
panels = int(panels_max)

# Per block, from 1: one series of one panel. Per panel, from 1: a dataset and a model.
array block_panel[blocks]
array block_pruner[blocks]
array block_variant[blocks]
array block_label[blocks]
array block_series[blocks]
array panel_title[panels]
read_block(b) = (block_panel[b] = int($6), block_pruner[b] = strcol(9), \
                 block_variant[b] = int($10), block_label[b] = strcol(11), \
                 panel_title[int($6)] = strcol(7).", ".strcol(8), 0)
stats tsv using (read_block(column(-2) + 1)) nooutput

# A panel's title stands above it in lines of at most title_letters, which the figure sets. All
# titles get the height of the tallest; title_y() is from the panel's top to the i-th line.
title_count(r) = panels > 1 ? line_count(panel_title[r], title_letters) : 0
most_from(r) = r == panels ? title_count(r) : larger(title_count(r), most_from(r + 1))
title_gap = narrow ? 0.1 : 0.06 # in a column, titles are above the y axis' numbers too
title_height(none) = panels > 1 ? title_gap + most_from(1) * text_line : none
title_y(r, i) = -0.04 - title_gap - (title_count(r) - i) * text_line

block_colour(b) = colour(block_pruner[b], block_variant[b])

# The series of all panels, in the order of the list above, unlisted names last; series s is drawn
# in line style s, whose mark is series_mark[s]. block_order[]: the blocks in the order of their
# series.
array series_label[blocks]
array series_mark[blocks]
array block_order[blocks]
place(b) = 1000 * (rank(block_pruner[b]) ? rank(block_pruner[b]) : 100 + b) + block_variant[b]
do for [b = 1:blocks] { block_series[b] = 0 }
series_count = 0
series_width = 0
ordered = 0
while (ordered < blocks) {
    first = 0
    do for [b = 1:blocks] {
        if (block_series[b] == 0 && (first == 0 || place(b) < place(first))) { first = b }
    }
    series_count = series_count + 1
    series_label[series_count] = block_label[first]
    series_mark[series_count] = mark(block_pruner[first], block_variant[first])
    series_width = larger(series_width, text_width(block_label[first]))
    set style line series_count lc rgb block_colour(first) lw 1.1 ps 0.35 * mark_scale \
        dt dash(block_pruner[first], block_variant[first]) \
        pt mark(block_pruner[first], block_variant[first])
    do for [b = 1:blocks] {
        if (block_label[b] eq block_label[first]) {
            block_series[b] = series_count
            ordered = ordered + 1
            block_order[ordered] = b
        }
    }
}

# The key of many needs the width of a page, where a figure of one panel would be a column's.
many_series = 16
one_panel = series_count > many_series && !narrow ? 7.0 : one_column

# About the height of a key of all of them, in a column.
key_room = 0
do for [s = 1:series_count] {
    key_room = key_room + 0.06 * (0.49 + text_width(series_label[s]))
}

# What stands for the mark of a line style at a line's end, where letters are all there is.
item_mark(s) = series_mark[s]

# There a bar is a text of fill_letters, from a value to another on an x axis (x_low to x_high) that
# is fill_columns long.
fill_letters = "█▓▒░#=+-"
array fill_line[strlen(fill_letters)]
do for [k = 1:|fill_line|] {
    fill_line[k] = fill_letters[k:k]
    do for [i = 1:9] { fill_line[k] = fill_line[k].fill_line[k] }
}
fill_text(n, k) = substr(fill_line[k], 1, n)
column_of(x) = floor(x / cell_width + 0.5)
fill_end(v) = floor((v - x_low) / (x_high - x_low) * fill_columns + 0.5)
fill(k, from, to) = fill_text(fill_end(to) - fill_end(from), k)

# ---- Small print ---------------------------------------------------------------------------------

counted(n, what) = sprintf("%d %s%s", n, what, n == 1 ? "" : "s")
subject = experiment.(panels == 1 ? ": ".panel_title[1] : "").". "
seeds = seeds_min == seeds_max ? counted(seeds_min, "seed") \
                               : sprintf("%d to %d seeds", seeds_min, seeds_max)
over_seeds(estimator, rest) = seeds_max == 1 ? "One seed." : estimator." over ".seeds.rest."."
bands(what) = filled ? "; bands: ".what : ""
bounds(tail) = tail > 0 ? "quartiles" : "lowest to highest"
missing = unfinished ? sprintf(" Not finished: %s.", counted(unfinished, "cell")) : ""
unsure = doubtful ? sprintf(" Doubtful clock: %s.", counted(doubtful, "run")) : ""
unlike(n) = n > 1 ? sprintf(" Times of %d conditions are mixed.", int(n)) : ""
