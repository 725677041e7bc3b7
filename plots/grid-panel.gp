# grid-panel: margins, title and names of the axes of panel t of grid.gp; load it before the panel's
# plot.

tile_column = (t - 1) % across
x = panel_left + tile_column * tile_width
y = body_top + row_top[(t - 1) / across + 1]
first_column = !shared || tile_column == 0
last_row = !shared || t > tiles - across
set lmargin at screen sx(x)
set rmargin at screen sx_right(x + panel_width)
set tmargin at screen sy_top(y)
set bmargin at screen sy(y + panel_height)
label_left = x + panel_width + 0.08
if (shared) {
    if (t == 1) {
        y_name_x = 0.1
        y_name_y = body_top + 0.5 * row_top[rows + 1]
        load "y-name.gp"
    }
    if (t == tiles) {
        set label x_name center \
            at screen sx(panel_left + 0.5 * (across * tile_width - panel_gap)), \
            sy(below_axis(y + panel_height))
    }
} else {
    y_name_x = x - panel_left + 0.1
    y_name_y = y + panel_height / 2
    load "y-name.gp"
    if (t > tiles - across) {
        set label x_name at screen sx(x + panel_width / 2), sy(below_axis(y + panel_height)) center
    }
}
lines = strlen(tile_text[t]) ? line_count(tile_text[t], title_letters) : 0
do for [i = 1:lines] {
    set label line_text(tile_text[t], title_letters, i) \
        at screen sx(shared ? x : x - panel_left + title_left), \
        sy(y - 0.04 - title_gap - (lines - i) * text_line)
}
