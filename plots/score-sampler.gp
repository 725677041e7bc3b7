# score-sampler: a cross table of scores and samplers: how much better or worse than a random subset
# of the same size. A row per score, a column per sampler, a table per rate, such tables per dataset
# and model. Columns: score-sampler.sql.

# ---- The data ------------------------------------------------------------------------------------

set datafile missing # a verdict is missing where there is one seed
stats tsv using 13 name "facets" nooutput
stats tsv using 14 name "samplers" nooutput
stats tsv using (abs(100 * $16)) name "far" nooutput
facets = int(facets_max)
samplers = int(samplers_max)
array facet_text[facets]
array sampler_text[samplers]
read_row(none) = (facet_text[int($13)] = "rate ".percent($12), \
                  sampler_text[int($14)] = strcol(15), 0)
stats tsv using (read_row(0)) nooutput
samplers_from(k) = k > samplers ? "" : \
    sprintf("%s%d %s", k == 1 ? "" : ", ", k, sampler_text[k]).samplers_from(k + 1)

# ---- The page ------------------------------------------------------------------------------------

axis_name = "sampler"
cell_letters = 5
least_panel = samplers * (in_cells ? cell_letters * cell_width : 0.32)
key_count = 3
key_boxes = 1
array key_label[3] = ["better than random", "as random", "worse"]
array key_fill[3] = [0x0072B2, 0xF2F2F2, 0xD55E00]
key_colour(k) = key_fill[k]
set palette defined (-1 "#D55E00", 0 "#F2F2F2", 1 "#0072B2")
most = larger(0.1, far_max)
set cbrange [-most:most]
unset colorbox
notes = subject.over_seeds("Mean", " of the differences to random, at the same seed and number ". \
                                   "of samples, in points of accuracy")." Grey numbers: ". \
        "undecided. Samplers: ".samplers_from(1).".".missing
load "rows.gp"

# ---- The panels ----------------------------------------------------------------------------------

difference_text(d) = sprintf(abs(d) < 9.95 ? "%+.1f" : "%+.0f", d)
decided(none) = strcol(17) eq "better" || strcol(17) eq "worse"
numbers = panel_width / samplers >= small_width("+0.0")
unset grid
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "row-panel.gp"
        set xrange [0.5:samplers + 0.5]
        set xtics scale 0 1, 1, samplers
        here(none) = $6 == r && $13 == c
        row(none) = row_y(int(column(-2)) + 1)
        plot NaN, \
             for [i = 1:filled] tsv using (here(0) ? $14 : NaN):(row(0)): \
                 ($14 - 0.47):($14 + 0.47):(row(0) - 0.45 * pitch):(row(0) + 0.45 * pitch): \
                 (100 * $16) with boxxyerror fc palette fs solid noborder, \
             for [i = 1:numbers] tsv using (here(0) && decided(0) ? $14 : NaN):(row(0)): \
                 (difference_text(100 * $16)) with labels center font small_font, \
             for [i = 1:numbers] tsv using (here(0) && !decided(0) ? $14 : NaN):(row(0)): \
                 (difference_text(100 * $16)) with labels center font small_font \
                 textcolor rgb 0x606060
        unset label
    }
}
unset multiplot
