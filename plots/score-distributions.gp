# score-distributions: how the scores of each static pruner are distributed, and which samples it
# keeps for them: a panel per pruner, side by side, such a table per dataset and model. The curve is
# the quantile function, which scores of any size, sign and tail can be read from; below it a strip
# per rate, the darker the more of the samples are kept. Columns: score-distributions.sql.

# ---- The data ------------------------------------------------------------------------------------

stats tsv using 13 name "facets" nooutput
facets = int(facets_max)
strips = int(facets_records)
array facet_rate[facets]
array strip_scores[strips]
array strip_kept[strips]
array strip_cut[strips] # NaN: there is none
array strip_of[blocks * facets]
do for [i = 1:blocks * facets] { strip_of[i] = 0 }
k = 0
gone = 0
read_row(i) = (k = k + 1, strip_of[i] = k, facet_rate[int($13)] = $12, strip_cut[k] = $17, \
               gone = int($19), strip_scores[k] = strcol(20), strip_kept[k] = strcol(21), 0)
stats tsv using (read_row(int(column(-2)) * facets + int($13))) nooutput

# Blocks of a panel in the order of their series.
array panel_blocks[panels]
array block_place[blocks]
do for [r = 1:panels] { panel_blocks[r] = 0 }
do for [i = 1:blocks] {
    r = block_panel[block_order[i]]
    block_place[block_order[i]] = panel_blocks[r]
    panel_blocks[r] = panel_blocks[r] + 1
}
most_blocks_from(r) = \
    r > panels ? 1 : larger(panel_blocks[r], most_blocks_from(r + 1))

# ---- The page ------------------------------------------------------------------------------------

across = narrow ? 2 : int(larger(2, smaller(4, most_blocks_from(1))))
width = narrow || across == 2 ? one_column : across == 3 ? 5.2 : 7.0
title_left = margin
title_letters = letters_in(width - title_left - margin)
score_room = 0.14
numbers_room = 0.36
tile_gap = 0.1
right_room = 0.12 # for half of the last number
tile_width = (width - margin - score_room - right_room + tile_gap) / across
panel_width = tile_width - tile_gap - numbers_room
name_letters = small_letters_in(tile_width - tile_gap)
name_line = in_cells ? cell_height : 0.115
most_name_from(b) = b > blocks ? 1 : \
    larger(line_count(block_label[b], name_letters), most_name_from(b + 1))
name_height = 0.08 + most_name_from(1) * name_line
curve_height = 0.62
strip_pitch = in_cells ? cell_height : 0.105
strip_space = in_cells ? cell_height : 0.05
strips_height = strip_space + facets * strip_pitch
tile_height = name_height + curve_height + strips_height + 0.2
heading = title_height(0)
array panel_top[panels + 1]
panel_top[1] = 0
do for [r = 1:panels] {
    panel_top[r + 1] = panel_top[r] + heading + ((panel_blocks[r] - 1) / across + 1) * tile_height
}
body = panel_top[panels + 1] + 0.2
key_count = 3
key_boxes = 1
array key_label[3] = ["all of them kept", "half", "none"]
array key_fill[3] = [0x08306B, 0x6F9CC9, 0xE4ECF5]
key_colour(k) = key_fill[k]
set palette defined (0 "#E4ECF5", 50 "#6F9CC9", 100 "#08306B")
set cbrange [0:100]
unset colorbox
notes = subject."Curves: the samples' scores from the 1st to the 99th percentile, each panel ". \
        "with its own axis. Strips: which samples a rate keeps; equal scores share theirs. ". \
        "Dots: the score that parts kept from pruned. ".over_seeds("Means", "").missing. \
        (gone ? sprintf(" Scores no longer kept: %s.", counted(gone, "run")) : "")
load "page.gp"

# ---- The panels ----------------------------------------------------------------------------------

unset grid
set style line 100 lc rgb 0x808080 lw 0.6 dt 13
bin_of(text, i) = real(word(text, i))
do for [r = 1:panels] {
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(title_left), sy(body_top + panel_top[r] + heading + title_y(r, i))
    }
    do for [o = 1:blocks] {
        b = block_order[o]
        if (block_panel[b] != r) { continue }
        place_x = block_place[b] % across
        x = margin + score_room + place_x * tile_width + numbers_room
        top = body_top + panel_top[r] + heading + (block_place[b] / across) * tile_height
        y = top + name_height
        do for [i = 1:line_count(block_label[b], name_letters)] {
            set label line_text(block_label[b], name_letters, i) font small_font \
                at screen sx(x - numbers_room), sy(top + 0.06 + (i - 0.5) * name_line)
        }
        if (place_x == 0 && filled) {
            set label "score" center rotate font small_font \
                at screen sx(margin + 0.05), sy(y + curve_height / 2)
        }

        # The same scores at all rates, unless these have other seeds.
        k = 0
        do for [c = facets:1:-1] { k = strip_of[(b - 1) * facets + c] ? \
                                       strip_of[(b - 1) * facets + c] : k }
        bins = words(strip_scores[k])
        set print $curve
        do for [i = 1:bins] {
            print sprintf("%g\t%s", 100.0 * (i - 0.5) / bins, word(strip_scores[k], i))
        }
        unset print
        # They rise, but for infinite ones at the ends.
        low = NaN
        high = 0
        do for [i = 1:bins] {
            value = bin_of(strip_scores[k], i)
            if (value == value) {
                low = low == low ? low : value
                high = value
            }
        }
        low = low == low ? low : 0
        room = high > low ? 0.06 * (high - low) : larger(1e-12, 0.1 * abs(low))
        step = tick_step(high - low + 2 * room, 3)
        set lmargin at screen sx(x)
        set rmargin at screen sx_right(x + panel_width)
        set tmargin at screen sy_top(y)
        set bmargin at screen sy(y + curve_height)
        set xrange [0:100]
        set yrange [low - room:high + room]
        set border 2
        unset xtics
        set ytics step nomirror scale 0.5 font small_font format "%g" offset 0.6, 0
        array cut_score[facets]
        do for [c = 1:facets] {
            s = strip_of[(b - 1) * facets + c]
            cut_score[c] = NaN
            if (s && strip_cut[s] == strip_cut[s]) {
                i = int(smaller(bins, larger(1, 1 + floor(strip_cut[s] * bins / 100.0))))
                cut_score[c] = bin_of(strip_scores[k], i)
                if (cut_score[c] == cut_score[c]) {
                    set arrow from strip_cut[s], cut_score[c] to strip_cut[s], low - room \
                        nohead ls 100
                    if (in_cells) {
                        set label glyph(7) at strip_cut[s], cut_score[c] center front
                    } else {
                        set label "" at strip_cut[s], cut_score[c] point pt 7 \
                            ps 0.25 * mark_scale lc rgb 0x404040 front
                    }
                }
            }
        }
        plot $curve using 1:2 with lines lw 1.3 lc rgb block_colour(b)
        unset arrow
        unset label

        # A box for each run of bins of which as many are kept, a bit under the next one, or a seam
        # would show.
        set print $strip
        do for [c = 1:facets] {
            s = strip_of[(b - 1) * facets + c]
            if (s == 0) { continue }
            set label percent(facet_rate[c]) right font small_font \
                at screen sx(x - 0.04), \
                   sy(y + curve_height + strip_space + (c - 0.5) * strip_pitch)
            if (in_cells) {
                letters = ""
                do for [i = 1:column_of(panel_width)] {
                    i_bin = 1 + int((i - 0.5) * bins / column_of(panel_width))
                    kept = bin_of(strip_kept[s], i_bin)
                    letters = letters.(fill_text(1, kept > 75 ? 1 : kept >= 25 ? 2 : 3))
                }
                set label letters textcolor rgb key_fill[1] \
                    at screen sx(x), sy(y + curve_height + strip_space + (c - 0.5) * strip_pitch)
                print "NaN\tNaN\tNaN\tNaN"
                continue
            }
            first = 1
            do for [i = 1:bins] {
                if (i == bins || word(strip_kept[s], i + 1) ne word(strip_kept[s], first)) {
                    print sprintf("%g\t%g\t%d\t%s", 100.0 * (first - 1) / bins, \
                                  smaller(100, 100.0 * i / bins + 0.4), c, \
                                  word(strip_kept[s], first))
                    first = i + 1
                }
            }
        }
        unset print
        set tmargin at screen sy_top(y + curve_height + strip_space)
        set bmargin at screen sy(y + curve_height + strips_height)
        set yrange [facets + 0.5:0.5]
        set border 0
        unset ytics
        set xtics ("0" 0, "50" 50, "100" 100) scale 0 font small_font offset 0, 0.5
        plot NaN, for [i = 1:filled] $strip using 1:3:1:2:($3 - 0.42):($3 + 0.42):4 \
                      with boxxyerror lc palette fs solid noborder
        unset label
    }
}
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
unset xtics
set label "samples by score, lowest first (%)" center \
    at screen sx((margin + score_room + numbers_room + width - right_room) / 2), \
       sy(body_top + body - 0.1)
set xrange [0:1]
set yrange [0:1]
plot NaN
unset multiplot
