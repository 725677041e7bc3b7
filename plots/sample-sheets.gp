# sample-sheets: pictures that a pruner always, sometimes and never kept: a sheet per pruner with a
# line per class, side by side, such a table per dataset and model. Columns: sample-sheets.sql.

# ---- The data ------------------------------------------------------------------------------------

stats tsv using 1 name "pictures" nooutput
pictures = int(pictures_records)
array picture_column[pictures] # from 0, of the sheet's twelve
array picture_part[pictures]
array picture_line[pictures]
array picture_height[pictures]
array picture_width[pictures]
array picture_start[pictures + 1] # bytes
array picture_name[pictures]      # the class
array part_kept[blocks * 3]
array part_share[blocks * 3]
array block_rate[blocks]
array block_parts[blocks]
array block_lines[blocks]
array block_first[blocks] # of its pictures
array block_last[blocks]
do for [b = 1:blocks] { block_last[b] = 0 }
do for [b = 1:blocks] { block_lines[b] = 0 }
k = 0
start = 0
sampled = 0
seed_low = 1e9
seed_high = 0
read_row(b) = (k = k + 1, block_first[b] = block_last[b] ? block_first[b] : k, block_last[b] = k, \
               block_parts[b] = int($16), block_rate[b] = $12, \
               block_lines[b] = int(larger(block_lines[b], $17)), \
               part_kept[3 * b - 3 + int($13)] = strcol(14), \
               part_share[3 * b - 3 + int($13)] = $15, picture_part[k] = int($13), \
               picture_column[k] = (int($13) - 1) * (12 / int($16)) + int($20) - 1, \
               picture_line[k] = int($17), picture_name[k] = strcol(19), \
               picture_height[k] = int($27), picture_width[k] = int($28), \
               picture_start[k] = start, start = start + 3 * int($27) * int($28), \
               sampled = larger(sampled, int($26) > 10 ? $26 : 0), \
               seed_low = smaller(seed_low, $25), seed_high = larger(seed_high, $25), 0)
stats tsv using (read_row(int(column(-2)) + 1)) nooutput

array panel_blocks[panels]
array panel_lines[panels]
array block_place[blocks]
do for [r = 1:panels] { panel_blocks[r] = 0 }
do for [r = 1:panels] { panel_lines[r] = 0 }
do for [i = 1:blocks] {
    b = block_order[i]
    r = block_panel[b]
    block_place[b] = panel_blocks[r]
    panel_blocks[r] = panel_blocks[r] + 1
    panel_lines[r] = larger(panel_lines[r], block_lines[b])
}
most_blocks_from(r) = r > panels ? 1 : larger(panel_blocks[r], most_blocks_from(r + 1))

# ---- The page ------------------------------------------------------------------------------------

across = narrow || most_blocks_from(1) == 1 ? 1 : 2
width = across == 2 ? 7.0 : one_column
title_letters = letters_in(width - 2 * margin)
name_room = 0.68
name_most = small_letters_in(name_room)
part_gap = 0.07
sheet_gap = 0.12
sheet_width = (width - 2 * margin + sheet_gap) / across
tile = (sheet_width - sheet_gap - name_room - 2 * part_gap) / 12
label_letters = letters_in(sheet_width - sheet_gap)
most_lines_from(b) = b > blocks ? 1 : \
    larger(line_count(block_label[b], label_letters), most_lines_from(b + 1))
label_height = 0.06 + most_lines_from(1) * text_line
sheet_top = label_height + 0.24 # two lines above the groups
heading = title_height(0)
array panel_top[panels + 1]
panel_top[1] = 0
do for [r = 1:panels] {
    panel_top[r + 1] = panel_top[r] + heading + \
        ((panel_blocks[r] - 1) / across + 1) * (sheet_top + panel_lines[r] * tile + 0.12)
}
body = panel_top[panels + 1]
key_count = 0
key_boxes = 1
seeds_shown = seed_low < seed_high \
    ? sprintf("Seeds %d to %d, the first of each", seed_low, seed_high) \
    : sprintf("Seed %d", seed_low)
notes = subject.seeds_shown. \
        ", the rate nearest to 50 %. Percentages: of the training samples. Always: in all ". \
        "subsets of the run; never: in none. Of each class the first that qualify in the order ". \
        "of the dataset's file; where there are fewer, places are empty.". \
        (sampled ? sprintf(" Ten of %d classes, evenly spaced.", sampled) : "").missing
load "page.gp"

# ---- The panels ----------------------------------------------------------------------------------

set datafile separator
unset grid
set border 0
unset xtics
unset ytics
do for [r = 1:panels] {
    do for [i = 1:title_count(r)] {
        set label line_text(panel_title[r], title_letters, i) \
            at screen sx(margin), sy(body_top + panel_top[r] + heading + title_y(r, i))
    }
    do for [o = 1:blocks] {
        b = block_order[o]
        if (block_panel[b] != r) { continue }
        left = margin + (block_place[b] % across) * sheet_width
        top = body_top + panel_top[r] + heading + \
              (block_place[b] / across) * (sheet_top + panel_lines[r] * tile + 0.12)
        x = left + name_room
        y = top + sheet_top
        parts = block_parts[b]
        each = 12 / parts
        sheet = 12 * tile + (parts - 1) * part_gap
        do for [i = 1:line_count(block_label[b], label_letters)] {
            set label line_text(block_label[b], label_letters, i) \
                at screen sx(left), sy(top + 0.06 + (i - 0.5) * text_line)
        }
        set label (block_rate[b] > 0 ? "rate ".percent(block_rate[b]) : "") right \
            font small_font textcolor rgb grey at screen sx(x - 0.04), sy(top + label_height + 0.05)
        do for [g = 1:parts] {
            part_left = x + (g - 1) * (each * tile + part_gap)
            set label part_kept[3 * b - 3 + g] font small_font \
                at screen sx(part_left), sy(top + label_height + 0.05)
            set label percent(part_share[3 * b - 3 + g]) font small_font textcolor rgb grey \
                at screen sx(part_left), sy(top + label_height + 0.16)
        }
        last_line = 0
        do for [i = block_first[b]:block_last[b]] {
            if (picture_line[i] == last_line) { continue }
            last_line = picture_line[i]
            set label picture_name[i][1:name_most] right font small_font \
                at screen sx(x - 0.04), sy(y + (last_line - 0.5) * tile)
        }
        set lmargin at screen sx(x)
        set rmargin at screen sx(x + sheet)
        set tmargin at screen sy(y)
        set bmargin at screen sy(y + block_lines[b] * tile)
        set xrange [0:sheet]
        set yrange [block_lines[b] * tile:0]

        # A pixel's size, so that the longer side nearly fills the tile; its first one's middle.
        pixel(i) = 0.94 * tile / larger(picture_height[i], picture_width[i])
        first_x(i) = picture_column[i] * tile + (picture_part[i] - 1) * part_gap + \
                     0.5 * (tile - (picture_width[i] - 1) * pixel(i))
        first_y(i) = (picture_line[i] - 1) * tile + \
                     0.5 * (tile - (picture_height[i] - 1) * pixel(i))
        plot for [i = block_first[b]:block_last[b]] figure.".rgb" binary \
             array=(picture_width[i], picture_height[i]) skip=picture_start[i] format="%uchar" \
             dx=pixel(i) dy=pixel(i) origin=(first_x(i), first_y(i)) using 1:2:3 with rgbimage
        unset label
    }
}
unset multiplot
