select patron_group, weight from patron_group_weight order by patron_group
