#include "libfm/data/dataset_arrays.hpp"

#include "libfm/env/float32.hpp"

#include <algorithm>

namespace fm {
namespace {

Stored type_of(const Dataset& dataset, Matrix Episode::*part) {
  const auto fits = [&](const Episode& e) { return is_float32(e.*part); };
  return std::ranges::all_of(dataset.episodes, fits) ? Stored::float32 : Stored::float64;
}

}  // namespace

StoredTypes::StoredTypes(const Dataset& dataset)
    : observations(type_of(dataset, &Episode::observations)), actions(type_of(dataset, &Episode::actions)),
      executed_actions(type_of(dataset, &Episode::executed_actions)), goals(type_of(dataset, &Episode::goals)) {}

void write_rows(Hdf5Writer& file, const std::string& path, const Matrix& rows, Stored stored) {
  const std::vector<std::uint64_t> shape = {static_cast<std::uint64_t>(rows.rows()),
                                            static_cast<std::uint64_t>(rows.cols())};
  if (stored == Stored::float64) return file.array(path, shape, std::span(rows.data(), rows.size()));
  const FloatMatrix narrow = rows.cast<float>();
  file.array(path, shape, std::span(narrow.data(), static_cast<std::size_t>(narrow.size())));
}

}  // namespace fm
