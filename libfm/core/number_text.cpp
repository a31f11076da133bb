#include "libfm/core/number_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fm {

std::string number_text(double value, int digits) {
  if (std::isnan(value)) return "nan";  // never "-nan", whose sign means nothing
  const double size = std::abs(value);
  constexpr double half = 0.05;  // of the last digit before the fraction disappears
  if (size < 1e6 && size >= std::pow(10.0, digits - 1) - half) return fmt::format("{:.0f}", value);
  return fmt::format("{:#.{}g}", value, digits);
}

std::string number_text_within(double value, double error) {
  if (!std::isfinite(value) || !std::isfinite(error) || error <= 0.0) return number_text(value);
  const auto exponent = [](double x) { return static_cast<int>(std::floor(std::log10(std::abs(x)))); };
  const int decimals = 2 - exponent(error);
  if (decimals <= 6) return fmt::format("{:.{}f}", value, std::max(decimals, 0));
  const int digits = value == 0.0 ? 1 : std::max(1, exponent(value) - exponent(error) + 2);
  return fmt::format("{:.{}e}", value, digits);
}

}  // namespace fm
