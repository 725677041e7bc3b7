#include "plots/cells.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OWN = -1 }; /* the terminal's own colour */

struct line {
    struct str *text;
    int colour, shown; /* wanted, and what the terminal has been told */
    size_t blanks;     /* that were not written yet */
};

static int level(int channel)
{
    /* The cube has 0, 95, 135, 175, 215, 255 of each channel. */
    return channel < 48 ? 0 : channel < 115 ? 1 : (channel - 35) / 40;
}

/* One of xterm's 256: 16 + a cube of six levels, then 24 greys of 8, 18, ..., 238. */
static int nearest(int red, int green, int blue)
{
    if (red == green && green == blue)
        return red < 48 || red > 240 ? OWN : 232 + (red - 3) / 10;
    return 16 + 36 * level(red) + 6 * level(green) + level(blue);
}

/* ESC [ ... m; anything but a 24-bit colour is back to normal. */
static int colour_of(const char *escape)
{
    int red, green, blue;
    const bool known = sscanf(escape, "\033[38;2;%3d;%3d;%3dm", &red, &green, &blue) == 3;
    const bool bytes = known && (red | green | blue) >= 0 && (red | green | blue) < 256;
    return bytes ? nearest(red, green, blue) : OWN;
}

static void tell(struct line *line, int colour)
{
    if (colour == line->shown)
        return;
    if (colour == OWN)
        str_add(line->text, "\033[0m");
    else
        str_addf(line->text, "\033[38;5;%dm", colour);
    line->shown = colour;
}

static void add_letter(struct line *line, const char *letter)
{
    for (; line->blanks; line->blanks--)
        str_add(line->text, " ");
    tell(line, line->colour);
    str_add_bytes(line->text, letter, 1);
}

/* Returns where the line ends. */
static const char *add_line(struct line *line, const char *p)
{
    while (*p && *p != '\n') {
        if (*p == '\033') {
            line->colour = colour_of(p);
            p += strcspn(p, "m\n");
            p += *p == 'm';
            continue;
        }
        if (*p == ' ')
            line->blanks++;
        else if ((unsigned char)*p > ' ' && *p != 0x7F)
            add_letter(line, p);
        p++;
    }
    tell(line, OWN);
    return p;
}

void cells_add(struct str *ret_text, const char *picture)
{
    struct str text = {0};
    size_t empty = 0;
    bool begun = false;
    while (*picture) {
        struct line line = {&text, OWN, OWN, 0};
        str_clear(&text);
        picture = add_line(&line, picture);
        picture += *picture == '\n';
        if (!text.length) {
            empty++;
            continue;
        }
        for (; begun && empty; empty--)
            str_add(ret_text, "\n");
        empty = 0;
        begun = true;
        str_addf(ret_text, "%s\n", str_text(&text));
    }
    str_release(&text);
}
