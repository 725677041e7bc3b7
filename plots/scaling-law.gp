# scaling-law: test error against the samples trained on, both logarithmic, a mark per rate, with
# the law that each pruner follows, its 95 % band and its exponent, a panel per dataset and model.
# Columns: scaling-law.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
array law_runs[blocks] # 0: there is no law
array law_exponent[blocks]
array law_spread[blocks]
array law_centre[blocks]
array law_level[blocks]
array law_half[blocks]
array law_least[blocks]
array law_most[blocks]
array law_band[blocks]
array law_text[blocks]
do for [b = 1:blocks] { # of what has none, any that can be computed
    law_exponent[b] = 0
    law_spread[b] = 0
    law_centre[b] = 1
    law_level[b] = 1
    law_half[b] = 0
    law_least[b] = 1
    law_most[b] = 1
    law_band[b] = 0
}
between(low, high) = sprintf(" [%.2f, %.2f]", low, high)
read_law(b) = (law_exponent[b] = $18, law_centre[b] = $21, law_level[b] = $22, \
               law_least[b] = $24, law_most[b] = $25, law_band[b] = strcol(19) ne "NaN", \
               law_spread[b] = law_band[b] ? 0.5 * ($20 - $19) : 0, \
               law_half[b] = law_band[b] ? $23 : 0, \
               law_text[b] = sprintf("%.2f", $18).(law_band[b] ? between($19, $20) : ""), \
               int($26))
read_point(b) = (tail = $17, law_text[b] = "", \
                 law_runs[b] = strcol(18) eq "NaN" ? 0 : read_law(b), law_runs[b])
stats tsv using (read_point(column(-2) + 1)) name "runs" nooutput
law(b, x) = 100 * law_level[b] * (x / law_centre[b]) ** -law_exponent[b]
widening(b, x) = exp(sqrt(law_half[b] ** 2 + (law_spread[b] * log(x / law_centre[b])) ** 2))
along(b, x) = larger(law_least[b], smaller(law_most[b], x))

# All panels share the x axis. The y axes are drawn as logarithms on a linear one.
stats tsv using 13 name "kept" nooutput
x_low = kept_min / 1.15
x_high = kept_max * 1.15
array panel_y_low[panels]
array panel_y_high[panels]
array panel_laws[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? 100 * $15 : NaN) name "low" nooutput
    stats tsv using ($6 == r ? 100 * $16 : NaN) name "high" nooutput
    least = low_min
    most = high_max
    do for [b = 1:blocks] {
        if (block_panel[b] == r && law_runs[b] > 0) {
            least = smaller(least, smaller(law(b, law_least[b]), law(b, law_most[b])))
            most = larger(most, larger(law(b, law_least[b]), law(b, law_most[b])))
        }
    }
    room = larger(0.05 * log10(most / least), 0.02)
    panel_y_low[r] = log10(least) - room
    panel_y_high[r] = log10(most) + room
    panel_laws[r] = sum [b = 1:blocks] (block_panel[b] == r && law_runs[b] > 0)
}
most_banded = 8 # laws whose bands can be told apart
law_width = 0
do for [b = 1:blocks] {
    law_width = larger(law_width, text_width(law_text[b]))
}

# ---- The page ------------------------------------------------------------------------------------

tiles = panels
array tile_text[tiles]
do for [r = 1:panels] { tile_text[r] = panels > 1 ? panel_title[r] : "" }
grid_across = 2
x_name = "samples trained on in an epoch"
y_name = "test error (%)"
wanted_height = panels == 1 && one_panel > one_column ? 3 : 2.4
right_width = law_width
direct_items = 0
do for [r = 1:panels] { direct_items = larger(direct_items, panel_laws[r]) }
key_count = series_count
key_beside = series_count
key_boxes = 0
array key_label[series_count]
do for [s = 1:series_count] { key_label[s] = series_label[s] }
notes = subject.over_seeds("Median", " after the last epoch; bars: ".bounds(tail)). \
        " Lines: error = c / samples^b by least squares of the logarithms over all runs, full ". \
        "data's among them; at the right, where there is room: b and its 95 % interval ". \
        "(Student's t)".bands("the law's 95 % interval"). \
        ". No law: fewer than three amounts of samples.".missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

array item_text[blocks]
array item_x[blocks]
array item_y[blocks]
array item_style[blocks]

set logscale x
set xrange [x_low:x_high]
set samples 100
do for [r = 1:panels] {
    t = r
    load "grid-panel.gp"
    y_low = panel_y_low[r]
    y_high = panel_y_high[r]
    set yrange [y_low:y_high]
    tick_labels = 1
    load "ticks.gp"

    # Over a decade or more 1, 2, 5; below, steps of the error.
    set ytics nomirror scale 0.5 ("" y_low - 1)
    if (y_high - y_low > 1) {
        do for [e = int(floor(y_low)):int(floor(y_high))] {
            do for [m in "1 2 5"] {
                set ytics add (sprintf("%g", m * 10.0 ** e) log10(m * 10.0 ** e))
            }
        }
    } else {
        step = tick_step(10 ** y_high - 10 ** y_low, panel_height / 0.2)
        do for [k = int(ceil(10 ** y_low / step)):int(floor(10 ** y_high / step))] {
            set ytics add (sprintf("%g", k * step) log10(k * step))
        }
    }
    item_count = 0
    do for [i = 1:blocks] {
        b = block_order[i]
        if (block_panel[b] != r || law_runs[b] == 0) { continue }
        item_count = item_count + 1
        item_text[item_count] = law_text[b]
        item_x[item_count] = law_most[b]
        item_y[item_count] = log10(law(b, law_most[b]))
        item_style[item_count] = block_series[b]
    }
    if (direct) { load "labels.gp" }
    has_law(b) = block_panel[b] == r && law_runs[b] > 0
    banded(b) = has_law(b) && law_band[b] && filled && panel_laws[r] <= most_banded
    plot NaN, \
         for [b = 1:blocks] '+' using (banded(b) ? along(b, $1) : NaN): \
                 (log10(law(b, along(b, $1)) / widening(b, along(b, $1)))): \
                 (log10(law(b, along(b, $1)) * widening(b, along(b, $1)))) \
             with filledcurves fc rgb block_colour(b) fs transparent solid 0.12 noborder, \
         for [b = 1:blocks] '+' using (has_law(b) ? along(b, $1) : NaN): \
                 (log10(law(b, along(b, $1)))) with lines ls block_series[b], \
         for [b = 1:blocks] tsv index b - 1 \
             using (block_panel[b] == r ? $13 : NaN):(log10(100 * $15)):(0): \
                   (log10($16 / $15)) with vectors nohead ls block_series[b] lw 0.7 dt 1, \
         for [b = 1:blocks] tsv index b - 1 \
             using (block_panel[b] == r ? $13 : NaN):(log10(100 * $14)) \
             with points ls block_series[b] lw 0.7 ps 0.5 * mark_scale
    unset label
    unset arrow
}
unset multiplot
