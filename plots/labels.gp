# labels: names what ends at the right side of a panel, outside of it: lines and targets.
# Adds labels and leaders to the next plot.
#
# The names keep the order of the ends and stand at least a line apart: pushed up from below, pushed
# down from above, the mean of both (which keeps the distance too), then moved into the panel.

array item_place[item_count + 1]
array item_up[item_count + 1]
array item_down[item_count + 1]
spacing = 1.2 * text_size / 72 * (y_high - y_low) / panel_height

# item_place[k]: the k-th item from below.
below(i, k) = item_y[i] < item_y[k] || (item_y[i] == item_y[k] && i < k)
do for [k = 1:item_count] {
    item_place[1 + (sum [i = 1:item_count] below(i, k))] = k
}
do for [k = 1:item_count] {
    item_up[k] = larger(item_y[item_place[k]], \
                        k == 1 ? y_low : item_up[k - 1] + spacing)
}
do for [k = item_count:1:-1] {
    item_down[k] = smaller(item_y[item_place[k]], \
                           k == item_count ? y_high : item_down[k + 1] - spacing)
}
bound = y_high - 0.3 * spacing
do for [k = item_count:1:-1] {
    item_up[k] = smaller((item_up[k] + item_down[k]) / 2, bound)
    bound = item_up[k] - spacing
}
bound = y_low + 0.3 * spacing
do for [k = 1:item_count] {
    i = item_place[k]
    y = larger(item_up[k], bound)
    bound = y + spacing
    if (item_style[i]) {
        set arrow from item_x[i], item_y[i] to screen sx(label_left), first y nohead \
            ls item_style[i] lw 0.4 dt 1
        if (in_cells) {
            set label item_mark(item_style[i]) at screen sx(label_left + 0.07), first y front \
                textcolor ls item_style[i]
        } else {
            set label "" at screen sx(label_left + 0.07), first y point ls item_style[i] lw 0.7
        }
        set label item_text[i] at screen sx(label_left + 0.14), first y
    } else {
        set arrow from item_x[i], item_y[i] to screen sx(label_left), first y nohead \
            lw 0.4 lc rgb grey
        set label item_text[i] at screen sx(label_left + 0.03), first y \
            font small_font textcolor rgb grey
    }
}
