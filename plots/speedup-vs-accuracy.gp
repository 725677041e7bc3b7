# speedup-vs-accuracy: test accuracy against how many times faster than full data, a mark per pruner
# and rate, a panel per dataset and model; a line along the Pareto front, whose points are named.
# Where there are many pruners, only those of the front have their colours. Columns:
# speedup-vs-accuracy.sql.

# ---- The data ------------------------------------------------------------------------------------

facets = 1
array facet_text[1] = [""]

# The front's points in the order of the file; many: more pruners than a key can tell apart.
stats tsv using 20 name "fronts" nooutput
front_count = int(fronts_sum)
array front_block[front_count + 1]
array front_x[front_count + 1]
array front_y[front_count + 1]
array front_text[front_count + 1]
array block_front[blocks]
do for [b = 1:blocks] { block_front[b] = 0 }
k = 0
front_width = 0
read_front(b) = (k = k + 1, front_block[k] = b, front_x[k] = $13, front_y[k] = 100 * $16, \
                 block_front[b] = 1, \
                 front_text[k] = strcol(11).($12 > 0 ? " ".percent($12) : ""), \
                 front_width = larger(front_width, text_width(front_text[k])), 0)
stats tsv using (tail = $19, int($20) ? read_front(int(column(-2)) + 1) : 0) nooutput
array panel_front[panels]
most_front = 0
do for [r = 1:panels] {
    panel_front[r] = sum [i = 1:front_count] (block_panel[front_block[i]] == r)
    most_front = larger(most_front, panel_front[r])
}
array series_front[series_count]
do for [s = 1:series_count] {
    series_front[s] = sum [b = 1:blocks] (block_series[b] == s && block_front[b])
}
many = series_count > 16
coloured(b) = !many || series_front[block_series[b]] > 0

# The axes: most marks; the few that are far below would flatten the rest, and are arrows.
array panel_x_low[panels]
array panel_x_high[panels]
array panel_y_low[panels]
array panel_y_high[panels]
below = 0
do for [r = 1:panels] {
    stats tsv using ($6 == r ? $14 : NaN) name "x_low" nooutput
    stats tsv using ($6 == r ? $15 : NaN) name "x_high" nooutput
    stats tsv using ($6 == r ? 100 * $16 : NaN) name "middle" nooutput
    stats tsv using ($6 == r ? 100 * $17 : NaN) name "low" nooutput
    stats tsv using ($6 == r ? 100 * $18 : NaN) name "high" nooutput
    least = middle_median - 2 * larger(high_max - middle_median, 0.5)
    do for [k = 1:front_count] {
        if (block_panel[front_block[k]] == r) { least = smaller(least, front_y[k]) }
    }
    y_low = larger(low_min, least)
    below = below || middle_min < least
    panel_y_low[r] = padded_low(y_low, high_max)
    panel_y_high[r] = padded_high(y_low, high_max)
    room = larger(1.15, sqrt(2 * x_low_min / x_high_max))
    panel_x_low[r] = x_low_min / room
    panel_x_high[r] = x_high_max * room
}

# ---- The page ------------------------------------------------------------------------------------

x_name = "times faster than full data"
y_name = "test accuracy (%)"
wanted_height = many ? 3.0 : 2.4
one_panel = many && !narrow ? 5.2 : one_column
right_width = front_width
direct_items = most_front

# The key has marks of the pruners, in line styles 1.. of its own.
key_boxes = 2
key_beside = many ? 1 + (sum [s = 1:series_count] (series_front[s] > 0)) : series_count
array key_label[key_beside]
array key_mark[key_beside]
item_mark(s) = key_mark[s]
k = 0
do for [s = 1:series_count] {
    if (!many || series_front[s]) {
        k = k + 1
        key_label[k] = series_label[s]
        do for [b = 1:blocks] {
            if (block_series[b] == s) { first = b }
        }
        key_mark[k] = mark(block_pruner[first], block_variant[first])
        set style line k lc rgb block_colour(first) lw 1.1 ps 0.5 * mark_scale dt 1 \
            pt key_mark[k]
    }
}
if (many) {
    key_label[key_beside] = sprintf("the other %d", series_count - key_beside + 1)
    set style line key_beside lc rgb 0xB0B0B0 lw 1.1 ps 0.3 * mark_scale dt 1 \
        pt glyph(7)
    key_mark[key_beside] = glyph(7)
}
key_count = key_beside
key_room = 0
do for [s = 1:key_count] {
    key_room = key_room + 0.06 * (0.49 + text_width(key_label[s]))
}
notes = subject.over_seeds("Median", ", speedups seed by seed; bars: ".bounds(tail)). \
        " A mark per rate. Line: the Pareto front; no mark is both faster and more ". \
        "accurate than one on it.".(below ? " Arrows: below the axis." : "").missing.unsure
load "facets.gp"

# ---- The panels ----------------------------------------------------------------------------------

array item_text[front_count + 1]
array item_x[front_count + 1]
array item_y[front_count + 1]
array item_style[front_count + 1]
style_of(b) = coloured(b) ? block_colour(b) : 0xB0B0B0
mark_of(b) = coloured(b) ? mark(block_pruner[b], block_variant[b]) : glyph(7)
size_of(b) = (coloured(b) ? 0.5 : 0.3) * mark_scale

set logscale x
c = 1
do for [r = 1:panels] {
    load "facet-panel.gp"
    x_low = panel_x_low[r]
    x_high = panel_x_high[r]
    y_low = panel_y_low[r]
    y_high = panel_y_high[r]
    set xrange [x_low:x_high]
    set yrange [y_low:y_high]
    set ytics nomirror tick_step(y_high - y_low, panel_height / 0.2)
    tick_labels = 1
    load "ticks.gp"
    set arrow from 1, graph 0 to 1, graph 1 nohead back lw 0.6 dt 11 lc rgb grey

    # The front, from the slowest to the fastest.
    item_count = 0
    after = 0
    x_from = x_low
    y_from = NaN
    do for [k = 1:panel_front[r]] {
        next = 0
        do for [i = 1:front_count] {
            if (block_panel[front_block[i]] == r && \
                (after == 0 || front_x[i] > front_x[after] || \
                 (front_x[i] == front_x[after] && i > after)) && \
                (next == 0 || front_x[i] < front_x[next])) { next = i }
        }
        if (next) {
            set arrow from x_from, front_y[next] to front_x[next], front_y[next] nohead back \
                lw 1.2 lc rgb 0x808080
            if (after) {
                set arrow from x_from, y_from to x_from, front_y[next] nohead back \
                    lw 1.2 lc rgb 0x808080
            }
            x_from = front_x[next]
            y_from = front_y[next]
            after = next
            item_count = item_count + 1
            item_text[item_count] = front_text[next]
            item_x[item_count] = front_x[next]
            item_y[item_count] = front_y[next]
            item_style[item_count] = 0
            do for [k2 = 1:key_count] {
                if (key_label[k2] eq block_label[front_block[next]]) { item_style[item_count] = k2 }
            }
        }
    }
    if (y_from > y_low) {
        set arrow from x_from, y_from to x_from, y_low nohead back lw 1.2 lc rgb 0x808080
    }
    if (direct) { load "labels.gp" }
    here(b) = block_panel[b] == r
    inside(none) = 100 * $16 >= y_low
    plot NaN, \
         for [i = blocks:1:-1] tsv index block_order[i] - 1 \
             using (here(block_order[i]) && inside(0) ? $14 : NaN):(100 * $16):($15 - $14):(0) \
             with vectors nohead lw 0.5 lc rgb style_of(block_order[i]), \
         for [i = blocks:1:-1] tsv index block_order[i] - 1 \
             using (here(block_order[i]) && inside(0) ? $13 : NaN): \
                   (larger(y_low, 100 * $17)):(0):(100 * $18 - larger(y_low, 100 * $17)) \
             with vectors nohead lw 0.5 lc rgb style_of(block_order[i]), \
         for [k = 0:1] for [i = blocks:1:-1] tsv index block_order[i] - 1 \
             using (here(block_order[i]) && inside(0) && coloured(block_order[i]) == k ? \
                    $13 : NaN): \
                   (100 * $16) \
             with points pt mark_of(block_order[i]) ps size_of(block_order[i]) lw 0.7 \
             lc rgb style_of(block_order[i]), \
         for [i = blocks:1:-1] tsv index block_order[i] - 1 \
             using (here(block_order[i]) && !inside(0) ? $13 : NaN): \
                   (y_low + 0.14 * (y_high - y_low) / panel_height):(0): \
                   (-0.14 * (y_high - y_low) / panel_height) \
             with vectors head filled size screen 0.04 / width, 25 lw 0.5 \
             lc rgb style_of(block_order[i])
    unset label
    unset arrow
}
unset multiplot
