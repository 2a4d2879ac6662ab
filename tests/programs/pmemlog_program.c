// A user of libpmemlog: a pool with three records. pmemlog FILE
#include <libpmemlog.h>
#include <string.h>

int main(int count, char **words) {
  if (count != 2) return 3;
  PMEMlogpool *const log = pmemlog_create(words[1], PMEMLOG_MIN_POOL, 0600);
  if (log == NULL) return 2;
  for (int i = 0; i < 3; ++i) {
    char record[400];
    memset(record, 'a' + i, sizeof record);
    if (pmemlog_append(log, record, sizeof record) != 0) return 2;
  }
  pmemlog_close(log);
  return 0;
}
