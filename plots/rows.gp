# rows: the layout of a figure with a row per pruner, names at the left, a column of panels per
# facet side by side, such a table per dataset and model. row-panel.gp sets up one panel after the
# other. plots/README.md lists what both want and give.

# In a column, long names take several lines.
name_width = smaller(series_width, narrow ? 15 * small_width("x") : 40 * text_width("x"))
name_letters = narrow ? small_letters_in(name_width) : letters_in(name_width)
name_size = narrow ? small_size : text_size
name_lines(b) = line_count(block_label[b], name_letters)

# Rows hang from the panel's top, in inches.
pitch = in_cells ? cell_height : narrow ? 0.13 : 0.15
array block_top[blocks]
array panel_rows[panels]
do for [r = 1:panels] {
    rows_height = row_space(0.03)
    do for [i = 1:blocks] {
        b = block_order[i]
        if (block_panel[b] == r) {
            block_top[b] = rows_height
            rows_height = rows_height + row_space(0.01) + \
                          larger(exists("row_least") ? row_least : 0, pitch * name_lines(b))
        }
    }
    panel_rows[r] = rows_height + row_space(0.03)
}
row_y(b) = block_top[b] + of_row(0.42) * pitch

panel_left = margin + name_width + 0.08
panel_gap = in_cells ? 2 * cell_width : narrow ? 0.08 : 0.12
panel_right = margin + 0.04
wanted_width = panel_left + panel_right + facets * (least_panel + panel_gap)
width = narrow ? one_column : larger(one_column, larger(wanted_width, facets > 1 ? 5.2 : 0))
panel_width = (width - panel_left - panel_right + panel_gap) / facets - panel_gap
title_letters = letters_in(width - 2 * margin)
facet_room = 0.04
do for [c = 1:facets] { facet_room = strlen(facet_text[c]) ? 0.2 : facet_room }
heading = title_height(0.05) + facet_room - 0.05
upright = exists("upright_height")
axis_height = upright ? upright_height : 0.26
array panel_top[panels + 1]
panel_top[1] = heading
do for [r = 1:panels] { panel_top[r + 1] = panel_top[r] + panel_rows[r] + axis_height + heading }
body = panel_top[panels + 1] - heading + (upright ? 0 : 0.2)
load "page.gp"
set grid noxtics ytics @grid_look
set border 1

# Where all facets are rates and there is no room for the word.
short_titles = panel_width + panel_gap < text_width("rate 99.5 %")
facet_short(c) = short_titles && facet_text[c][1:5] eq "rate " ? facet_text[c][6:*] : facet_text[c]
