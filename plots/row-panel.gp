# row-panel: margins, names and headings of panel (r, c) of rows.gp; load it before the panel's
# plot.

y = body_top + panel_top[r]
bottom = y + panel_rows[r]
x = panel_left + (c - 1) * (panel_width + panel_gap)
fill_columns = column_of(x + panel_width) - column_of(x)
set lmargin at screen sx(x)
set rmargin at screen sx_right(x + panel_width)
set tmargin at screen sy_top(y)
set bmargin at screen sy(bottom)
set yrange [panel_rows[r]:0]
set ytics scale 0 ("" -1)
do for [b = 1:blocks] {
    if (block_panel[b] == r) { set ytics add ("" row_y(b)) }
}
if (c == 1) {
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(margin), sy(y - facet_room + 0.05 + title_y(r, i))
    }
    do for [b = 1:blocks] {
        if (block_panel[b] == r) {
            do for [i = 1:name_lines(b)] {
                set label line_text(block_label[b], name_letters, i) \
                    at screen sx(margin), sy(y + block_top[b] + (i - 1 + of_row(0.5)) * pitch) \
                    font sprintf(",%g", name_size)
            }
        }
    }
    if (short_titles && facet_text[1][1:5] eq "rate ") {
        set label "rate" right at screen sx(panel_left - 0.08), sy(above(y, 0.09))
    }
    if (r == panels && !upright) {
        set label axis_name center \
            at screen sx((panel_left + width - panel_right) / 2), sy(below_axis(bottom))
    }
}
set label facet_short(c) center at screen sx(x + panel_width / 2), sy(above(y, 0.09))
