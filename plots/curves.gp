# curves: test accuracy against charged time, a panel per rate, dataset and model. The rates of one
# dataset and model share their axes: side by side, a row each, or in a column's figure below each
# other. Columns: accuracy-vs-time.sql.

# ---- The data ------------------------------------------------------------------------------------

array block_facet[blocks]
array block_points[blocks]
array end_s[blocks]
array end_y[blocks]
array end_low[blocks]
do for [b = 1:blocks] { block_points[b] = 0 }
read_point(b) = (block_facet[b] = int($13), end_s[b] = $15, end_y[b] = 100 * $16, \
                 end_low[b] = 100 * $17, tail = $19, targets = strcol(20), \
                 block_points[b] = block_points[b] + 1, $13)
stats tsv using (read_point(column(-2) + 1)) name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
stats tsv using (facet_rate[int($13)] = $12) nooutput

# The axes of each dataset and model. y: all of the lines' ends and most of the way there, but not
# the first steps of a network that starts from nothing, which would flatten the rest; and the
# targets nearby.
array panel_x_low[panels]
array panel_x_high[panels]
array panel_y_low[panels]
array panel_y_high[panels]
left_out = 0
quickest = 1e99
do for [r = 1:panels] {
    stats tsv using ($6 == r ? 100 * $16 : NaN) name "middle" nooutput
    stats tsv using ($6 == r ? 100 * $17 : NaN) name "low" nooutput
    stats tsv using ($6 == r ? 100 * $18 : NaN) name "high" nooutput
    y_low = larger(low_min, high_max - 3 * (high_max - middle_lo_quartile))
    y_high = high_max
    do for [b = 1:blocks] {
        if (block_panel[b] == r) { y_low = smaller(y_low, end_low[b]) }
    }
    reach = 0.25 * larger(y_high - y_low, 1)
    lowest = y_low - reach
    highest = y_high + reach
    do for [t in targets] {
        if (100 * t < lowest || 100 * t > highest) {
            left_out = 1
        } else {
            y_low = smaller(y_low, 100 * t)
            y_high = larger(y_high, 100 * t)
        }
    }
    panel_y_low[r] = padded_low(y_low, y_high)
    panel_y_high[r] = padded_high(y_low, y_high)
    stats tsv using ($6 == r && 100 * $16 >= y_low ? $15 : NaN) name "time" nooutput
    room = larger(1.15, sqrt(2 * time_min / time_max)) # an axis with some ticks, at least 1 to 2
    panel_x_low[r] = time_min / room
    panel_x_high[r] = time_max * room
    quickest = smaller(quickest, time_max)
}
unit = time_unit(quickest)

# ---- The page ------------------------------------------------------------------------------------

stacked = narrow && facets > 1
across = stacked ? 1 : facets
down = stacked ? facets : 1
rows = panels * down
width = narrow || facets == 1 ? one_panel : facets == 2 ? 5.2 : facets == 3 ? 7.0 : \
        2.1 * facets + 0.7
panel_left = 0.56
panel_gap = 0.12
title_left = narrow ? margin : panel_left
title_letters = letters_in(width - title_left)
row_title = title_height(0)

# What names the rates: above the first row, or above each panel.
rate_title = facet_rate[facets] > 0 ? 0.2 : 0.04
heading = stacked ? 0 : rate_title
step_down = stacked ? rate_title + 0.04 : 0
axis_height = 0.26
around = heading + panels * (row_title + down * step_down + axis_height) + 0.2 + 0.9 # with notes

# Names at the lines' ends where there is one rate and room for them; else a key above.
wanted_height = facets == 1 ? (one_panel > one_column ? 3 : 2.1) : stacked ? 1.4 : 1.8
panel_height = panel_fit(wanted_height, rows, around)
target_width = words(targets) ? small_width("target 85.5 %") : 0
panel_right = larger(series_width, target_width) + 0.32
direct = facets == 1 && series_count + words(targets) <= panel_height / 0.15 && \
         width - panel_left - panel_right >= narrowest_panel
if (!direct) {
    panel_height = panel_fit(wanted_height, rows, around + key_room)
    panel_right = target_width + 0.15
}
panel_width = (width - panel_left - panel_right + panel_gap) / across - panel_gap
key_count = direct ? 0 : series_count
key_boxes = 0
array key_label[series_count]
do for [s = 1:series_count] { key_label[s] = series_label[s] }
row_height = row_title + down * (step_down + panel_height) + axis_height
body = heading + panels * row_height + 0.2
stats tsv using 21 name "conditions" nooutput
notes = subject.over_seeds("Median", " at each epoch".bands(bounds(tail))). \
        " Charged time: scoring, selecting and training.".missing.unsure.unlike(conditions_max). \
        (left_out ? " Targets far from the lines are left out." : "")
y_name = "test accuracy (%)"
load "page.gp"

# ---- The panels ----------------------------------------------------------------------------------

array shown[blocks]
array item_text[blocks + words(targets)]
array item_x[blocks + words(targets)]
array item_y[blocks + words(targets)]
array item_style[blocks + words(targets)]

set logscale x
do for [r = 1:panels] {
    x_low = panel_x_low[r] / unit
    x_high = panel_x_high[r] / unit
    y_low = panel_y_low[r]
    y_high = panel_y_high[r]
    set xrange [x_low:x_high]
    set yrange [y_low:y_high]
    set ytics nomirror tick_step(y_high - y_low, panel_height / 0.2)

    row_top = body_top + heading + row_title + (r - 1) * row_height
    y_name_x = 0.1
    y_name_y = row_top + 0.5 * (row_height - row_title - axis_height)
    load "y-name.gp"
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(title_left), sy(row_top + title_y(r, i))
    }

    do for [c = 1:facets] {
        x = panel_left + (stacked ? 0 : c - 1) * (panel_width + panel_gap)
        y = row_top + step_down + (stacked ? c - 1 : 0) * (step_down + panel_height)
        set lmargin at screen sx(x)
        set rmargin at screen sx_right(x + panel_width)
        set tmargin at screen sy_top(y)
        set bmargin at screen sy(y + panel_height)
        set format y (stacked || c == 1 ? "%g" : "")
        tick_labels = !stacked || c == facets
        load "ticks.gp"
        if (facet_rate[c] > 0 && (stacked || r == 1)) {
            set label "rate ".percent(facet_rate[c]) center \
                at screen sx(x + panel_width / 2), \
                sy(stacked ? above(y, 0.1) : body_top + heading / 2)
        }
        if (r == panels && c == facets) {
            set label sprintf("charged time (%s)", unit_name(unit)) \
                at screen sx((panel_left + x + panel_width) / 2), \
                sy(below_axis(y + panel_height)) center
        }

        shown_count = 0
        item_count = 0
        do for [i = 1:blocks] {
            b = block_order[i]
            if (block_panel[b] != r || block_facet[b] != c) { continue }
            shown_count = shown_count + 1
            shown[shown_count] = b
            if (direct) {
                item_count = item_count + 1
                item_text[item_count] = block_label[b]
                item_x[item_count] = end_s[b] / unit
                item_y[item_count] = end_y[b]
                item_style[item_count] = block_series[b]
            }
        }
        do for [t in targets] {
            if (100 * t < y_low || 100 * t > y_high) { continue }
            set arrow from x_low, 100 * t to x_high, 100 * t nohead back lw 0.6 dt 11 lc rgb grey
            if (stacked || c == facets) {
                item_count = item_count + 1
                item_text[item_count] = "target ".percent(t)
                item_x[item_count] = x_high
                item_y[item_count] = 100 * t
                item_style[item_count] = 0
            }
        }
        label_left = x + panel_width + 0.08
        load "labels.gp"

        # Bands below all lines; eight or so marks on a line, and a larger one where it ends.
        plot for [i = 1:filled * shown_count] tsv index shown[i] - 1 \
                 using ($15 / unit):(100 * $17):(100 * $18) with filledcurves \
                 fc rgb block_colour(shown[i]) fs transparent solid 0.15 noborder, \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 using ($15 / unit):(100 * $16) with lines ls block_series[shown[i]], \
             for [i = 1:shown_count] tsv index shown[i] - 1 \
                 every 1 + (block_points[shown[i]] - 1) / 8 \
                 using ($15 / unit):(100 * $16) with points ls block_series[shown[i]] lw 0.7, \
             for [i = 1:shown_count] tsv index shown[i] - 1 every ::block_points[shown[i]] - 1 \
                 using ($15 / unit):(100 * $16) with points \
                 ls block_series[shown[i]] lw 0.7 ps 0.6 * mark_scale
        unset label
        unset arrow
    }
}
unset multiplot
