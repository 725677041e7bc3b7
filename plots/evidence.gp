# evidence: what was known of each question after each seed: the difference of each pair, their
# mean, the 95 % interval that holds at any time and the usual one, and the bound, a panel per
# question. Columns: evidence.sql.

# ---- The data ------------------------------------------------------------------------------------

# A missing value would take its whole row along.
set datafile missing
array question[panels]
array answer[panels]
array bound[panels]
array times[panels]
stats tsv using (question[int($6)] = strcol(14), answer[int($6)] = strcol(15), \
                 bound[int($6)] = $17, times[int($6)] = $16) nooutput
stats tsv using 18 name "most" nooutput
x_low = 0.5
x_high = most_max + 0.5

# The first intervals are far wider than all that happens later: the axis shows the pairs, the
# bound, and the interval of the last seed, with as much room around.
known(c) = strcol(c) eq "NaN" ? NaN : column(c)
array panel_low[panels]
array panel_high[panels]
do for [r = 1:panels] {
    stats tsv using ($6 == r ? $20 : NaN) name "pair" nooutput
    least = smaller(pair_min, bound[r])
    most = larger(pair_max, bound[r])
    end_low = least
    end_high = most
    stats tsv using ($6 == r && strcol(22) ne "NaN" ? (end_low = $22, end_high = $23, 1) : NaN) \
        name "interval" nooutput
    least = smaller(least, end_low)
    most = larger(most, end_high)
    pad = 0.15 * larger(most - least, 0.02)
    panel_low[r] = least - pad
    panel_high[r] = most + pad
}

# ---- The page ------------------------------------------------------------------------------------

tiles = panels
array tile_text[tiles]
do for [r = 1:panels] { tile_text[r] = question[r].": ".answer[r] }
grid_across = 2
column_across = panels > 4 ? 2 : 1
x_name = "seeds"
y_name = "difference (points)"
wanted_height = 2
right_width = 0
direct_items = 0
key_count = 2
key_beside = 2
key_boxes = 2
array key_label[2] = ["mean, with an interval that holds at any time", "a seed"]
array key_mark[2] = [glyph(7), glyph(6)]
look = 0x1F5FA8
set style line 1 lc rgb look lw 1.4 dt 1 pt glyph(7) ps 0.5 * mark_scale
set style line 2 lc rgb 0x808080 lw 0.8 dt 1 pt glyph(6) ps 0.4 * mark_scale
set style line 3 lc rgb 0x606060 lw 0.8 dt 3
key_room = 0.3
notes = subject.seeds.". Arm - reference, paired; times: as fast, or as slow. Red: the bound. ". \
        "Filled: the 95 % interval that holds at any time; dotted: that of so many seeds fixed ". \
        "beforehand.".missing
load "grid.gp"

# ---- The panels ----------------------------------------------------------------------------------

set xrange [x_low:x_high]
do for [r = 1:panels] {
    t = r
    y_name = times[r] > 0 ? "times" : "difference (points)"
    load "grid-panel.gp"
    set yrange [panel_low[r]:panel_high[r]]
    set xtics nomirror scale 0.5 autofreq
    set ytics nomirror scale 0.5 autofreq
    low(c) = larger(known(c), panel_low[r])
    high(c) = smaller(known(c), panel_high[r])
    at(c) = $6 == r ? (strcol(c) eq "NaN" ? NaN : $19) : NaN
    plot bound[r] with lines lc rgb 0xB03020 lw 1 dt (6, 3), \
         tsv using (at(22)):(low(22)):(high(23)) \
             with filledcurves fc rgb look fs transparent solid 0.18 noborder, \
         tsv using (at(24)):(low(24)) with lines ls 3, \
         tsv using (at(25)):(high(25)) with lines ls 3, \
         tsv using (at(20)):20 with points ls 2, \
         tsv using (at(20)):21 with linespoints ls 1
    unset label
    unset arrow
}
unset multiplot
