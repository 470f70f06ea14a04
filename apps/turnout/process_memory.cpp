#include "process_memory.h"

#include <malloc.h>
#include <sys/resource.h>

namespace turnout::program {

void keep_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  ::mallopt(M_MXFAST, 0);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void Tidying::look(std::uint64_t stored) {
  constexpr int kLooks = 4;  // of half a second
  quiet_ = stored == stored_ ? quiet_ + 1 : 0;
  stored_ = stored;
  if (quiet_ == kLooks) ::malloc_trim(0);
}

}  // namespace turnout::program
