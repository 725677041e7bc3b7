# phases: where the time went, a bar per pruner and rate, a panel per dataset and model. What is
# charged comes first and in colour, its total at the bar's end; what is off the clock is grey.

# ---- The data ------------------------------------------------------------------------------------

key_count = 8
key_boxes = 1
array key_label[key_count] = ["score", "select", "train", "load", "init", "eval", "checkpoint", \
                              "other"]
array key_fill[key_count] = [0xD55E00, 0x0072B2, 0xA9D3EE, 0x808080, 0x999999, 0xB2B2B2, 0xCBCBCB, \
                             0xE4E4E4]
key_colour(k) = key_fill[k]

# In a column, long names take several lines.
name_width = narrow ? smaller(series_width, 15 * text_width("x")) : series_width
name_letters = letters_in(name_width)
name_lines(b) = line_count(block_label[b], name_letters)

# A block's bars are its rates. They hang from the panel's top, in inches.
pitch = in_cells ? cell_height : 0.15
series_gap = row_space(0.06)
array block_bars[blocks]
array block_top[blocks]
array panel_bars[panels]
array panel_max[panels]
stats tsv using (block_bars[int(column(-2)) + 1] = $0 + 1) nooutput
# A bar's length. Scores that were reused are in it and not in wall_s.
all_seconds(unused) = (sum [k = 1:key_count] column(12 + k))
quickest = 1e99
longest = 0
do for [r = 1:panels] {
    bars_height = series_gap
    do for [i = 1:blocks] {
        b = block_order[i]
        if (block_panel[b] == r) {
            block_top[b] = bars_height
            bars_height = bars_height + larger(block_bars[b], name_lines(b)) * pitch + series_gap
        }
    }
    panel_bars[r] = bars_height
    stats tsv using ($6 == r ? all_seconds(0) : NaN) name "bar" nooutput
    panel_max[r] = larger(bar_max, 1e-6)
    quickest = smaller(quickest, bar_max)
    longest = larger(longest, bar_max)
}
unit = time_unit(quickest)
middle(index, i) = block_top[int(index) + 1] + (i + of_row(0.5)) * pitch
seconds(k) = column(12 + k) / unit
from(k) = k == 1 ? 0 : (sum [j = 1:k - 1] seconds(j))
rounded(t) = sprintf(t < 0.995 ? "%.2g" : t < 99.95 ? "%.1f" : "%.0f", t)

# ---- The page ------------------------------------------------------------------------------------

columns = narrow || panels == 1 ? 1 : 2
rows = (panels + columns - 1) / columns
rate_width = text_width("99.5 %") + 0.05
panel_left = margin + name_width + rate_width + 0.06
panel_right = text_width(rounded(longest / unit)." min") + 0.05
column_width = larger(one_column, panel_left + panel_right + (narrow ? 0 : 1.6))
width = columns * column_width
panel_width = column_width - panel_left - panel_right
title_letters = letters_in(column_width - 0.1)
heading = title_height(0)
array row_top[rows + 1]
row_top[1] = 0
do for [i = 1:rows] {
    tallest = 0
    do for [r = columns * (i - 1) + 1:smaller(columns * i, panels)] {
        tallest = larger(tallest, panel_bars[r])
    }
    row_top[i + 1] = row_top[i] + heading + tallest + 0.26
}
body = row_top[rows + 1] + 0.18
stats tsv using 23 name "conditions" nooutput
notes = subject.over_seeds("Mean", "")." Numbers: charged time, the coloured part of a bar.". \
        missing.unsure.unlike(conditions_max)
load "page.gp"

# ---- The panels ----------------------------------------------------------------------------------

unset grid
set border 2
do for [r = 1:panels] {
    x = (r - 1) % columns * column_width + panel_left
    y = body_top + heading + row_top[(r - 1) / columns + 1]
    bottom = y + panel_bars[r]
    fill_columns = column_of(x + panel_width) - column_of(x)
    set lmargin at screen sx(x)
    set rmargin at screen sx_right(x + panel_width)
    set tmargin at screen sy_top(y)
    set bmargin at screen sy(bottom)
    x_low = 0
    x_high = panel_max[r] / unit
    set xrange [x_low:x_high]
    set yrange [panel_bars[r]:0]
    tick_width = 0.1 + text_width(sprintf("%.0f", panel_max[r] / unit))
    set xtics nomirror tick_step(panel_max[r] / unit, panel_width / tick_width)
    unset ytics
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(x - panel_left + margin), sy(y + title_y(r, i))
    }
    if (r > panels - columns) {
        set label sprintf("time of a run (%s)", unit_name(unit)) \
            at screen sx(x + panel_width / 2), sy(below_axis(bottom)) center
    }
    do for [b = 1:blocks] {
        if (block_panel[b] == r) {
            do for [i = 1:name_lines(b)] {
                set label line_text(block_label[b], name_letters, i) \
                    at screen sx(x - panel_left + margin), \
                    first block_top[b] + (i - 1 + of_row(0.5)) * pitch
            }
        }
    }
    plot for [k = 1:in_cells * key_count] tsv \
             using ($6 == r ? from(k) : NaN):(middle(column(-2), $0)): \
                   (fill(k, from(k), all_seconds(0) / unit)) \
             with labels left textcolor rgb key_fill[k], \
         for [k = 1:filled * key_count] tsv \
             using ($6 == r ? from(k) : NaN):(middle(column(-2), $0)): \
                   (from(k)):(from(k) + seconds(k)): \
                   (middle(column(-2), $0) - 0.4 * pitch):(middle(column(-2), $0) + 0.4 * pitch) \
             with boxxyerror fc rgb key_fill[k], \
         tsv using ($6 == r ? all_seconds(0) / unit : NaN):(middle(column(-2), $0)): \
                   (rounded($21 / unit)." ".unit_name(unit)) \
             with labels left offset filled ? 0.5 : 1, 0, \
         tsv using ($6 == r ? 0 : NaN):(middle(column(-2), $0)): \
                   ($12 > 0 ? percent($12) : "") \
             with labels right offset filled ? -0.5 : -1, 0 textcolor rgb grey
    unset label
}
unset multiplot
