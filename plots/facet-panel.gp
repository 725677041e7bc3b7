# facet-panel: margins and headings of panel (r, c) of facets.gp; load it before the panel's plot.

row_top = body_top + heading + row_title + (r - 1) * row_height
x = panel_left + (stacked ? 0 : c - 1) * (panel_width + panel_gap)
y = row_top + step_down + (stacked ? c - 1 : 0) * (step_down + panel_height)
first_column = stacked || c == 1
last_row = !stacked || c == facets
set lmargin at screen sx(x)
set rmargin at screen sx_right(x + panel_width)
set tmargin at screen sy_top(y)
set bmargin at screen sy(y + panel_height)
if (c == 1) {
    y_name_x = 0.1
    y_name_y = row_top + 0.5 * (row_height - row_title - axis_height)
    load "y-name.gp"
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(title_left), sy(row_top + title_y(r, i))
    }
}
if (stacked || r == 1) {
    set label facet_text[c] center \
        at screen sx(x + panel_width / 2), sy(stacked ? above(y, 0.1) : body_top + heading / 2)
}
if (r == panels && c == facets) {
    set label x_name center \
        at screen sx((panel_left + x + panel_width) / 2), sy(below_axis(y + panel_height))
}
label_left = x + panel_width + 0.08
