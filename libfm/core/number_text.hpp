#pragma once
// Numbers as people read them: with significant digits, so that they say something at any scale.

#include <string>

namespace fm {

/// The number with `digits` significant digits, trailing zeros included: -163.3, 0.04810, 5.400e-06, 1235; larger whole
/// numbers keep their digits up to 1e6. "nan" for every NaN.
std::string number_text(double value, int digits = 4);

/// A number that is known up to +-`error`, rounded to the third digit of that error; number_text() if it is 0.
std::string number_text_within(double value, double error);

}  // namespace fm
