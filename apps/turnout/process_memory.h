#pragma once

#include <cstdint>

/// What a process that serves for months does with the system's memory and descriptors.
namespace turnout::program {

/// Bodies of some hundred KB come and go all the time: by default each would be mapped from the system
/// and given back, a page fault for every 4 KB; and every block over 1 KB would tidy all small ones up.
void keep_memory();

/// A stream takes two descriptors, and the usual limit of 1,024 would be reached by 500 of them.
void raise_descriptor_limit();

/// Gives back to the system what malloc keeps of a load, when nothing has been stored for two seconds.
class Tidying {
 public:
  /// To be called twice a second. @param stored  how much has been stored in all
  void look(std::uint64_t stored);

 private:
  std::uint64_t stored_ = 0;
  int quiet_ = 0;
};

}  // namespace turnout::program
