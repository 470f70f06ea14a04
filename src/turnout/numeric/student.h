#pragma once

namespace turnout::numeric {

/// @returns the 97.5 % quantile of Student's t: 95 % lie within it on either side. By the expansion
///   about the normal quantile (Abramowitz and Stegun 1964, 26.7.5), to 3e-4 of it from 4 degrees of
///   freedom on and to 1e-6 from 20 on; fewer degrees than 4 count as 4.
/// @param degrees  of freedom, need not be whole
double student_quantile95(double degrees);

}  // namespace turnout::numeric
