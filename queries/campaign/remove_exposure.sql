delete from exposure
where dimension = ? and unit = ? and from_day = ?
