# heat-letters: a map of selection-heat-map.gp in letters, for a terminal: means over bins.

letters_across = column_of(map_width)
letters_down = int(row_least / cell_height + 0.5) - 1
first_bin(j) = int((j - 1) * bins / letters_down) + 1
mean_from(line, a, b) = (sum [q = a:b] real(word(line, q))) / (b + 1 - a)
shade(kept) = kept > 75 ? 1 : kept >= 25 ? 2 : 3
do for [j = 1:letters_down] {
    letters = ""
    do for [i = 1:letters_across] {
        kept = mean_from($map[int((i - 1) * pixels / letters_across) + 1], first_bin(j), \
                         first_bin(j + 1) - 1)
        letters = letters.fill_letters[shade(kept):shade(kept)]
    }
    set label letters at screen sx(x), sy(top + (j - 1) * cell_height) textcolor rgb key_fill[1]
}
set lmargin at screen sx(x)
set rmargin at screen sx_right(x + map_width)
plot NaN
unset label
