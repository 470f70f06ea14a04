#pragma once

#include <vector>

#include "turnout/numeric/interval.h"

/// Means over tasks whose errors are judged by user, since tasks of one user resemble each other.
/// docs/theory.md, section 22.
namespace turnout::estimation {

/// @returns the 95 % interval of a mean from the errors that users add to it: Student's t with the
///   degrees of freedom that the errors' own spread leaves (Satterthwaite 1946, "An approximate
///   distribution of estimates of variance components"), at least 4; where no variance is added, both
///   ends are moved for skewness by the first term of Edgeworth's expansion (Hall 1992, "The
///   Bootstrap and Edgeworth Expansion"), by at most half the half-width.
/// @param value  the mean
/// @param errors  by user, what each adds to the mean's error; their sum is 0; at least two
/// @param variance  of an error besides that is none of the users', >= 0
numeric::Interval interval_by_user(double value, const std::vector<double>& errors,
                                   double variance = 0);

}  // namespace turnout::estimation
