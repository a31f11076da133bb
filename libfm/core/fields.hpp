#pragma once
// How an options struct declares its fields, in one place. Everything that reads or shows options (the YAML reader, the
// printed configuration, the JSON Schema, the reference page) is derived from this visit:
//
//   struct OdeOptions {
//     std::string solver = "euler";
//     int steps = 20;
//
//     template <class Visitor>
//     void fields(Visitor& visit) {
//       visit("solver", solver, "the Runge-Kutta method", one_of(method_names()));
//       visit("steps", steps, "number of steps from noise to action", between(1, 10000));
//     }
//   };
//
// A field's type is bool, int, std::int64_t, std::uint64_t, double, std::string, a struct with fields of its own (a
// section), std::vector of a scalar, or std::optional of a scalar (null in YAML). The struct's values at the time of
// the visit are the defaults.

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace fm {

/// The allowed range of a number or the allowed names of a text; for a list, those of each element.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_is_open = false;
  bool high_is_open = false;
  std::vector<std::string> names;  ///< allowed texts; empty: any text
  int multiple_of = 1;             ///< whole numbers: all are multiples of it
  std::size_t least_items = 0;     ///< of a list, as the next one
  std::size_t most_items = std::numeric_limits<std::size_t>::max();

  /// Takes long double, which represents every int64, uint64 and double exactly.
  bool hold(long double number) const {
    return (low_is_open ? number > low : number >= low) && (high_is_open ? number < high : number <= high) &&
           (multiple_of == 1 || std::fmod(number, multiple_of) == 0.0L);
  }
};

inline Bounds between(double low, double high) { return {.low = low, .high = high, .names = {}}; }
inline Bounds at_least(double low) { return {.low = low, .names = {}}; }
inline Bounds above(double low) { return {.low = low, .low_is_open = true, .names = {}}; }
/// low <= value < high.
inline Bounds from_to_below(double low, double high) {
  return {.low = low, .high = high, .high_is_open = true, .names = {}};
}
inline Bounds one_of(std::vector<std::string> names) { return {.names = std::move(names)}; }
/// For a whole number: between low and high, and even.
inline Bounds even_between(double low, double high) {
  return {.low = low, .high = high, .names = {}, .multiple_of = 2};
}
/// For a list: `least` to `most` elements within `element`.
inline Bounds list_of(std::size_t least, std::size_t most, Bounds element) {
  element.least_items = least;
  element.most_items = most;
  return element;
}

/// A visitor that ignores all fields.
struct FieldSink {
  void operator()(auto&&...) {}
};

/// An options struct. As a field of another options struct it is a section.
template <class T>
concept HasFields = requires(T& options, FieldSink& visit) {
  options.fields(visit);
};

}  // namespace fm
