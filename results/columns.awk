# Writes the tables of results/columns.md anew from results/columns.tsv (`make readme`):
#
#     awk -f results/columns.awk results/columns.tsv results/columns.md >columns.new
#
# A section `## v_NAME` has one table `| column | meaning |`; all else is left alone.
# tests/unit/results/store_views.c compares the list with the views, and the tables with the list.
BEGIN { FS = "\t" }
NR == FNR {
    if (FNR > 1)
        rows[$1] = rows[$1] "| `" $2 "` | " $3 ($3 == "" ? "|" : " |") "\n"
    next
}
/^#/ { view = $0 ~ /^## v_/ ? substr($0, 4) : "" }
view in rows && $0 == "| column | meaning |" {
    print
    print "|---|---|"
    printf "%s", rows[view]
    inside = 1
    next
}
inside && /^\|/ { next }
{ inside = 0; print }
