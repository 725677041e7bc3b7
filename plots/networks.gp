# networks: a curve per network. Columns: networks.sql.
load "curves.gp"
