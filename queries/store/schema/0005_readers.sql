-- No table changes: this step has generations of before derived anew, as lending requests count as no readers any more,
-- and an unfilled request without a date of its own has the date of the lender's answer.
truncate reader_count;
