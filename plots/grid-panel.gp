# grid-panel: margins, title and names of the axes of panel t of grid.gp; load it before the panel's
# plot. Gives: x and y (the panel's top left corner), first_column (its y axis has numbers),
# last_row (its x axis has), label_left.

column_of = (t - 1) % across
x = panel_left + column_of * tile_width
y = body_top + row_top[(t - 1) / across + 1]
first_column = !shared || column_of == 0
last_row = !shared || t > tiles - across
set lmargin at screen sx(x)
set rmargin at screen sx(x + panel_width)
set tmargin at screen sy(y)
set bmargin at screen sy(y + panel_height)
label_left = x + panel_width + 0.08
if (shared) {
    if (t == 1) {
        set label y_name center rotate \
            at screen sx(0.1), sy(body_top + 0.5 * row_top[rows + 1])
    }
    if (t == tiles) {
        set label x_name center \
            at screen sx(panel_left + 0.5 * (across * tile_width - panel_gap)), \
            sy(y + panel_height + 0.33)
    }
} else {
    set label y_name at screen sx(x - panel_left + 0.1), sy(y + panel_height / 2) center rotate
    if (t > tiles - across) {
        set label x_name at screen sx(x + panel_width / 2), sy(y + panel_height + 0.33) center
    }
}
lines = strlen(tile_text[t]) ? line_count(tile_text[t], title_letters) : 0
do for [i = 1:lines] {
    set label line_text(tile_text[t], title_letters, i) \
        at screen sx(shared ? x : x - panel_left + title_left), \
        sy(y - 0.04 - title_gap - (lines - i) * text_line)
}
