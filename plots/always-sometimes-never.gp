# always-sometimes-never: which shares of the samples a dynamic pruner kept at every checkpoint, at
# some, at none: a bar per pruner, and lines where chance would end its parts. A column of panels
# per rate, such a table per dataset and model. Columns: always-sometimes-never.sql.

# ---- The data ------------------------------------------------------------------------------------

stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
array facet_rate[facets]
stats tsv using (facet_rate[int($13)] = $12) nooutput
array facet_text[facets]
do for [c = 1:facets] {
    facet_text[c] = facet_rate[c] > 0 ? "rate ".percent(facet_rate[c]) \
                                      : facets > 1 ? "own budget" : ""
}

# ---- The page ------------------------------------------------------------------------------------

axis_name = "training samples (%)"
least_panel = 1.2
key_count = 3
key_boxes = 1
array key_label[3] = ["always kept", "sometimes", "never"]
array key_fill[3] = [0x0072B2, 0xA9D3EE, 0xB8B8B8]
key_colour(k) = key_fill[k]
notes = subject.over_seeds("Mean", filled ? "; bars across: lowest to highest" : ""). \
        (filled ? " Black" : " Lines"). \
        ": where always would end and never would begin if selections of the same sizes ". \
        "were drawn at random.".missing
load "rows.gp"

# ---- The panels ----------------------------------------------------------------------------------

unset grid
x_low = 0
x_high = 100
set xrange [x_low:x_high]
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "row-panel.gp"
        load "linear-ticks.gp"
        here(none) = $6 == r && $13 == c
        row(none) = row_y(int(column(-2)) + 1)
        end_of(k) = k == 0 ? 0 : 100 * (sum [j = 1:k] column(14 + j))
        plot NaN, \
             for [k = 1:in_cells * 3] tsv using (here(0) ? end_of(k - 1) : NaN):(row(0)): \
                 (fill(k, end_of(k - 1), 100)) with labels left textcolor rgb key_fill[k], \
             for [k = 1:filled * 3] tsv using (here(0) ? end_of(k) : NaN):(row(0)): \
                 (end_of(k - 1)):(end_of(k)):(row(0) - 0.36 * pitch):(row(0) + 0.36 * pitch) \
                 with boxxyerror fc rgb key_fill[k] fs solid noborder, \
             for [i = 1:in_cells] tsv using (here(0) ? 100 * $18 : NaN):(row(0)) \
                 with points pt "|" lc rgb 0x000000, \
             for [i = 1:in_cells] tsv using (here(0) ? 100 * (1 - $19) : NaN):(row(0)) \
                 with points pt "|" lc rgb 0x000000, \
             for [i = 1:filled] tsv \
                 using (here(0) ? 100 * $20 : NaN):(row(0)):(100 * ($21 - $20)):(0) \
                 with vectors nohead lw 0.8 lc rgb 0xFFFFFF, \
             for [i = 1:filled] tsv \
                 using (here(0) ? 100 * (1 - $23) : NaN):(row(0)):(100 * ($23 - $22)):(0) \
                 with vectors nohead lw 0.8 lc rgb 0x404040, \
             for [i = 1:filled] tsv \
                 using (here(0) ? 100 * $18 : NaN):(row(0) - 0.46 * pitch):(0):(0.92 * pitch) \
                 with vectors nohead lw 1.4 lc rgb 0x000000, \
             for [i = 1:filled] tsv \
                 using (here(0) ? 100 * (1 - $19) : NaN):(row(0) - 0.46 * pitch): \
                       (0):(0.92 * pitch) \
                 with vectors nohead lw 1.4 lc rgb 0x000000
        unset label
        unset arrow
    }
}
unset multiplot
