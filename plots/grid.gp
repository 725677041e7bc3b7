# grid: the layout of a figure of equal panels with titles of their own, some beside each other.
# grid-panel.gp sets up one panel after the other. plots/README.md lists what both want and give.

shared = exists("grid_shared") ? grid_shared : 0
across = narrow ? (exists("column_across") ? column_across : 1) : grid_across
across = int(smaller(tiles, across))
rows = (tiles + across - 1) / across
width = narrow || tiles == 1 ? one_panel : shared ? larger(one_column, 0.6 + 2.15 * across) : \
        across == 2 ? 2 * one_column : 2.4 * across
panel_left = 0.56
panel_gap = 0.14
row_gap = in_cells ? 2 * cell_height : 0 # a title is not on the axis above it
tile_width = shared ? (width - panel_left - 0.15 + panel_gap) / across : 1.0 * width / across
tile_axis = shared ? row_gap : 0.28
array row_top[rows + 1] # of the panels, inches below body_top

# Titles begin at the margin in a column's figure, unless the y axis' name would run into them.
title_left = narrow && !shared ? margin : panel_left
do for [pass = 1:2] {
    title_letters = letters_in(tile_width - (shared ? panel_gap : title_left))
    row_top[1] = 0
    do for [k = 1:rows] {
        lines = 0
        do for [t = (k - 1) * across + 1:int(smaller(k * across, tiles))] {
            lines = larger(lines, strlen(tile_text[t]) ? \
                                  line_count(tile_text[t], title_letters) : 0)
        }
        heading = lines ? title_gap + lines * text_line : 0.04
        row_top[k] = row_top[k] + heading
        row_top[k + 1] = row_top[k] + tile_axis # and the panel's height
    }
    around = row_top[rows + 1] + (shared ? 0.28 : 0) + 0.9 # with the notes

    # Names at the right while there is room for them; else a key above.
    panel_height = panel_fit(wanted_height, rows, around)
    panel_right = right_width + 0.32
    direct = right_width > 0 && direct_items <= panel_height / text_line && \
             tile_width - panel_left - panel_right >= narrowest_panel
    if (!direct) {
        panel_height = panel_fit(wanted_height, rows, around + key_room)
        panel_right = 0.15
    }
    if (text_width(y_name) > panel_height + 0.1) { title_left = panel_left }
}
do for [k = 1:rows + 1] { row_top[k] = row_top[k] + (k - 1) * panel_height }
panel_width = shared ? tile_width - panel_gap : tile_width - panel_left - panel_right
if (direct) { key_count = key_beside }
body = row_top[rows + 1] + (shared ? 0.28 : 0) + 0.18
load "page.gp"
