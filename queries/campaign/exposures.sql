select dimension, unit, from_day, n_readers
from exposure
order by dimension, unit, from_day
