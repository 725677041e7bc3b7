# selection-heat-map: which samples a dynamic pruner kept in which epochs: a map per pruner and
# rate, samples from the most often kept down to the least, the darker the more of them. A row per
# pruner, a column per rate, such a table per dataset and model. Columns: selection-heat-map.sql.

# ---- The data ------------------------------------------------------------------------------------

stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
checkpoints = int(facets_records)
array facet_rate[facets]
array facet_text[facets]
array map_epoch[checkpoints]
array map_kept[checkpoints]
array map_first[blocks * facets] # of a block's and facet's checkpoints; 0: it has none
array map_last[blocks * facets]
array map_epochs[blocks * facets]
do for [i = 1:blocks * facets] { map_first[i] = 0 }
k = 0
read_row(i) = (k = k + 1, map_first[i] = map_first[i] ? map_first[i] : k, map_last[i] = k, \
               map_epochs[i] = int($15), map_epoch[k] = int($16), map_kept[k] = strcol(17), \
               facet_rate[int($13)] = $12, seed = int($14), 0)
stats tsv using (read_row(int(column(-2)) * facets + int($13))) nooutput
do for [c = 1:facets] {
    facet_text[c] = facet_rate[c] > 0 ? "rate ".percent(facet_rate[c]) \
                                      : facets > 1 ? "own budget" : ""
}

stats tsv using 18 name "seeds_of" nooutput
stats tsv using 19 name "apart" nooutput
stats tsv using 20 name "apart_mean" nooutput

# ---- The page ------------------------------------------------------------------------------------

axis_name = "epoch"
least_panel = 1.1
row_least = in_cells ? 6 * cell_height : 0.62
key_count = 3
key_boxes = 1
array key_label[3] = ["all of them kept", "half", "none"]
if (in_cells) { array key_label[3] = ["over 75 % kept", "25 % to 75 %", "under 25 %"] }
array key_fill[3] = [0x08306B, 0x6F9CC9, 0xEAF1F8]
key_colour(k) = key_fill[k]
set palette defined (0 "#EAF1F8", 50 "#6F9CC9", 100 "#08306B")
set cbrange [0:100]
unset colorbox
notes = subject.sprintf("Seed %d. ", seed)."Samples of the training split, from the most often ". \
        "kept (top) to the least, in 40 bins.". \
        (seeds_of_max > 1 ? \
         sprintf(" The shares of a bin in %d seeds are at most %.0f points apart, %.0f on ". \
                 "average.", seeds_of_max, apart_max, apart_mean_mean) : "").missing
load "rows.gp"

# ---- The panels ----------------------------------------------------------------------------------

do for [r = 1:panels] {
    do for [c = 1:facets] {
        # Names, headings and an axis that all maps of the column share.
        load "row-panel.gp"
        unset grid
        set border 0
        set ytics scale 0 ("" -1)
        x_low = 0
        x_high = 1
        do for [b = 1:blocks] {
            i = (b - 1) * facets + c
            if (block_panel[b] == r && map_first[i]) { x_high = larger(x_high, map_epochs[i]) }
        }
        set xrange [x_low:x_high]
        load "linear-ticks.gp"
        set border 1
        plot NaN
        unset label
        unset xtics
        unset ytics
        set border 0
        do for [b = 1:blocks] {
            i = (b - 1) * facets + c
            if (block_panel[b] != r || map_first[i] == 0) { continue }
            # A column of pixels per epoch, but no more than 200.
            pixels = int(smaller(200, map_epochs[i]))
            k = map_first[i]
            set print $map
            do for [p = 1:pixels] {
                while (k < map_last[i] && map_epoch[k + 1] <= (p - 1) * map_epochs[i] / pixels) {
                    k = k + 1
                }
                print map_kept[k]
            }
            unset print
            bins = words(map_kept[k])
            top = y + block_top[b]
            map_width = panel_width * map_epochs[i] / x_high
            if (in_cells) {
                load "heat-letters.gp"
                continue
            }
            set lmargin at screen sx(x)
            set rmargin at screen sx_right(x + map_width)
            set tmargin at screen sy_top(top)
            set bmargin at screen sy(top + row_least - 0.07)
            set xrange [0.5:pixels + 0.5]
            set yrange [bins + 0.5:0.5]
            set datafile separator " "
            plot $map matrix using ($2 + 1):($1 + 1):3 with image
            set datafile separator "\t"
        }
    }
}
unset multiplot
