-- The baseline: every column of the export, typed where it has a type.
create table transactions as
from read_csv($1, header = true,
  timestampformat = '%-m/%-d/%Y %-I:%M:%S %p', dateformat = '%-m/%-d/%Y',
  types = {
    'TransactionNumber': 'bigint', 'TransactionDate': 'timestamp', 'CreationDate': 'timestamp', 'DueDate': 'timestamp',
    'LenderAddressNumber': 'bigint'
  })
