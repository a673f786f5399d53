-- The libraries of the history and their zones.
select library, zone, zone_given from library order by library;
