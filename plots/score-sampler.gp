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

# On a page the samplers stand below their columns, upright; in letters, numbers do.
axis_name = "sampler"
cell_letters = 5
least_panel = samplers * (in_cells ? cell_letters * cell_width : 0.32)
name_gap = 0.05
if (!in_cells) {
    upright_height = 0
    do for [k = 1:samplers] {
        upright_height = larger(upright_height, small_width(sampler_text[k]) + 2 * name_gap)
    }
}
key_count = 3
key_boxes = 1
array key_label[3] = ["better than random", in_cells ? "undecided" : "as random", "worse"]
array key_fill[3] = [0x0072B2, 0xF2F2F2, 0xD55E00]
key_colour(k) = key_fill[k]
set palette defined (-1 "#D55E00", 0 "#F2F2F2", 1 "#0072B2")
most = larger(0.1, far_max)
set cbrange [-most:most]
unset colorbox
notes = subject.over_seeds("Mean", " of the differences to random, at the same seed and number ". \
                                   "of samples, in points of accuracy"). \
        (in_cells ? " Samplers: ".samplers_from(1)."." \
                  : " Framed: all of the 95 % interval is on one side of 0.").missing
load "rows.gp"

# ---- The panels ----------------------------------------------------------------------------------

difference_text(d) = abs(d) < 0.05 ? "0.0" : sprintf(abs(d) < 9.95 ? "%+.1f" : "%+.0f", d)
decided(none) = strcol(17) eq "better" || strcol(17) eq "worse"
numbers = panel_width / samplers >= small_width("+0.0")
unset grid
do for [r = 1:panels] {
    do for [c = 1:facets] {
        load "row-panel.gp"
        set xrange [0.5:samplers + 0.5]
        set xtics scale 0 nomirror 1, 1, samplers
        if (!in_cells) {
            set format x ""
            do for [k = 1:samplers] {
                set label sampler_text[k] right rotate by 90 font small_font \
                    at first k, screen sy(bottom + name_gap)
            }
        }
        here(none) = $6 == r && $13 == c
        row(none) = row_y(int(column(-2)) + 1)
        grey_number(none) = in_cells && !decided(0)
        plot NaN, \
             for [i = 1:filled] tsv using (here(0) ? $14 : NaN):(row(0)): \
                 ($14 - 0.47):($14 + 0.47):(row(0) - 0.45 * pitch):(row(0) + 0.45 * pitch): \
                 (100 * $16) with boxxyerror fc palette fs solid noborder, \
             for [i = 1:filled] tsv using (here(0) && decided(0) ? $14 : NaN):(row(0)): \
                 ($14 - 0.47):($14 + 0.47):(row(0) - 0.45 * pitch):(row(0) + 0.45 * pitch) \
                 with boxxyerror lc rgb 0x000000 lw 1 fs empty, \
             for [i = 1:in_cells * !numbers] tsv using (here(0) ? $14 : NaN):(row(0)): \
                 (fill_text(1, strcol(17) eq "better" ? 1 : strcol(17) eq "worse" ? 3 : 2)) \
                 with labels center, \
             for [i = 1:numbers] tsv using (here(0) && !grey_number(0) ? $14 : NaN):(row(0)): \
                 (difference_text(100 * $16)) with labels center font small_font, \
             for [i = 1:numbers] tsv using (here(0) && grey_number(0) ? $14 : NaN):(row(0)): \
                 (difference_text(100 * $16)) with labels center font small_font \
                 textcolor rgb 0x606060
        unset label
    }
}
unset multiplot
