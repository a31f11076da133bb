#include "libfm/data/dataset_arrays.hpp"

#include "libfm/env/float32.hpp"

namespace fm {
namespace {

/// Widens the type if it would lose something of the values.
void widen(Stored& type, const Matrix& values) {
  if (type == Stored::float32 && !is_float32(values)) type = Stored::float64;
}

}  // namespace

StoredTypes::StoredTypes(const Dataset& dataset) {
  for (const Episode& e : dataset.episodes) {
    widen(observations, e.observations);
    widen(actions, e.actions);
    widen(executed_actions, e.executed_actions);
    widen(goals, e.goals);
  }
}

void write_rows(Hdf5Writer& file, const std::string& path, const Matrix& rows, Stored stored) {
  const std::vector<std::uint64_t> shape = {static_cast<std::uint64_t>(rows.rows()),
                                            static_cast<std::uint64_t>(rows.cols())};
  if (stored == Stored::float64) return file.array(path, shape, std::span(rows.data(), rows.size()));
  const FloatMatrix narrow = rows.cast<float>();
  file.array(path, shape, std::span(narrow.data(), static_cast<std::size_t>(narrow.size())));
}

}  // namespace fm
