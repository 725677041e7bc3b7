# facets: the layout of a figure of curves or clouds: a panel per facet, side by side, in a column's
# figure below each other; such a row per dataset and model. facet-panel.gp sets up one panel after
# the other. plots/README.md lists what both want and give.

stacked = narrow && facets > 1
across = stacked ? 1 : facets
down = stacked ? facets : 1
rows = panels * down
width = narrow || facets == 1 ? one_panel : facets == 2 ? 5.2 : facets == 3 ? 7.0 : \
        1.8 * facets + 0.7
panel_left = 0.56
panel_gap = 0.14
title_left = narrow ? margin : panel_left
title_letters = letters_in(width - title_left)
row_title = title_height(0)
facet_room = 0.04
do for [c = 1:facets] { facet_room = strlen(facet_text[c]) ? 0.2 : facet_room }
heading = stacked ? 0 : facet_room
step_down = stacked ? facet_room + 0.04 : 0
axis_height = 0.26
around = heading + panels * (row_title + down * step_down + axis_height) + 0.2 + 0.9 # with notes

# Names at the right where there is one panel in a row and room for them; else a key above.
panel_height = panel_fit(wanted_height, rows, around)
panel_right = right_width + 0.32
direct = facets == 1 && right_width > 0 && direct_items <= panel_height / 0.15 && \
         width - panel_left - panel_right >= narrowest_panel
if (!direct) {
    panel_height = panel_fit(wanted_height, rows, around + key_room)
    panel_right = 0.15
}
panel_width = (width - panel_left - panel_right + panel_gap) / across - panel_gap
if (direct) { key_count = key_beside }
row_height = row_title + down * (step_down + panel_height) + axis_height
body = heading + panels * row_height + 0.2
load "page.gp"
