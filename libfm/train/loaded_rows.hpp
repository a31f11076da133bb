#pragma once
// The part of the training rows that is in memory.

#include "libfm/train/row_parts.hpp"
#include "libfm/train/training_data.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace fm {

class LoadedRows {
 public:
  /// @param model of which the rows are normalised; it must outlive this object
  LoadedRows(RowParts parts, const PolicyModel& model);

  const std::vector<RowParts::Part>& parts() const { return parts_.parts(); }
  std::int64_t size() const { return parts_.size(); }

  /// Loads a part in place of the last one, unless it is that. @return whether it was loaded
  /// @throws InputError for a number beyond float32's range when normalised; MachineError if reading fails
  bool load(std::size_t part);

  /// Frees the memory of the loaded part, unless it is the only one.
  void release();

  // Of the loaded part:

  const TrainingData& data() const { return *data_; }
  const std::vector<double>& weights() const { return weights_; }

 private:
  RowParts parts_;
  const PolicyModel& model_;
  std::optional<std::size_t> loaded_;
  std::optional<TrainingData> data_;
  std::vector<double> weights_;
};

}  // namespace fm
