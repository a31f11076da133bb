#include "libfm/onnx/graph.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/protobuf.hpp"

namespace fm {
namespace {

using protobuf::bytes_field;
using protobuf::varint_field;

constexpr int float_type = 1, int64_type = 7;  ///< TensorProto.DataType

/// AttributeProto.
std::string attribute_message(std::string_view name, const OnnxGraph::Attribute& value) {
  const std::string head = bytes_field(1, name);
  constexpr std::uint64_t type = 20;
  if (const auto* number = std::get_if<float>(&value))
    return head + protobuf::float_field(2, *number) + varint_field(type, 1);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return head + varint_field(3, static_cast<std::uint64_t>(*integer)) + varint_field(type, 2);
  }
  if (const auto* text = std::get_if<std::string>(&value)) return head + bytes_field(4, *text) + varint_field(type, 3);
  std::string integers;
  for (const std::int64_t each : std::get<OnnxGraph::Shape>(value)) {
    integers += varint_field(8, static_cast<std::uint64_t>(each));
  }
  return head + integers + varint_field(type, 7);
}

/// ValueInfoProto of a float32 tensor; a batch has a name in place of its size.
std::string value_message(const std::string& name, const OnnxGraph::Shape& shape, const std::string& text) {
  std::string dimensions;
  for (const std::int64_t size : shape) {
    dimensions += bytes_field(
        1, size == OnnxGraph::batch ? bytes_field(2, "batch") : varint_field(1, static_cast<std::uint64_t>(size)));
  }
  const std::string tensor = varint_field(1, float_type) + bytes_field(2, dimensions);
  return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor)) + bytes_field(3, text);
}

std::string_view bytes_of(std::span<const float> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

std::string OnnxGraph::next_name(const char* kind) { return fmt::format("{}_{}", kind, counts_[kind]++); }

OnnxValue OnnxGraph::input(const std::string& name, const Shape& shape, const std::string& text) {
  inputs_ += bytes_field(11, value_message(name, shape, text));
  return {name};
}

void OnnxGraph::output(const OnnxValue& value, const std::string& name, const Shape& shape, const std::string& text) {
  nodes_ += bytes_field(
      1, bytes_field(1, value.name) + bytes_field(2, name) + bytes_field(3, name) + bytes_field(4, "Identity"));
  outputs_ += bytes_field(12, value_message(name, shape, text));
}

OnnxValue OnnxGraph::initializer(const std::string& name, int type, const Shape& shape, std::string_view bytes) {
  std::string sizes;
  for (const std::int64_t size : shape) sizes += varint_field(1, static_cast<std::uint64_t>(size));
  initializers_ += bytes_field(
      5, sizes + varint_field(2, static_cast<std::uint64_t>(type)) + bytes_field(8, name) + bytes_field(9, bytes));
  return {name};
}

OnnxValue OnnxGraph::constant(std::span<const float> values, const Shape& shape) {
  return initializer(next_name("constant"), float_type, shape, bytes_of(values));
}

OnnxValue OnnxGraph::constant(const FloatMatrix& matrix) {
  return constant({matrix.data(), static_cast<std::size_t>(matrix.size())}, {matrix.rows(), matrix.cols()});
}

OnnxValue OnnxGraph::integers(const Shape& values) {
  return initializer(next_name("integers"), int64_type, {std::ssize(values)},
                     {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int64_t)});
}

OnnxValue OnnxGraph::integer(std::int64_t value) {
  return initializer(next_name("integers"), int64_type, {}, protobuf::raw(value));
}

OnnxValue OnnxGraph::scalar(double value) {
  const auto number = static_cast<float>(value);
  return constant(std::span(&number, 1), {});
}

OnnxValue OnnxGraph::named(const std::string& name, const FloatMatrix& matrix) {
  if (const auto found = named_.find(name); found != named_.end()) return found->second;
  const std::span<const float> values(matrix.data(), static_cast<std::size_t>(matrix.size()));
  return named_[name] = initializer(name, float_type, {matrix.rows(), matrix.cols()}, bytes_of(values));
}

OnnxValue OnnxGraph::named(const std::string& name, std::span<const float> values) {
  return named(name, values, {std::ssize(values)});
}

OnnxValue OnnxGraph::named(const std::string& name, std::span<const float> values, const Shape& shape) {
  if (const auto found = named_.find(name); found != named_.end()) return found->second;
  return named_[name] = initializer(name, float_type, shape, bytes_of(values));
}

std::vector<OnnxValue> OnnxGraph::add_with(const char* op, const std::vector<OnnxValue>& inputs,
                                           const Attributes& attributes, int outputs) {
  const std::string name = next_name(op);
  std::string node;
  for (const OnnxValue& value : inputs) node += bytes_field(1, value.name);
  std::vector<OnnxValue> results;
  for (int i = 0; i < outputs; ++i) {
    results.push_back({outputs == 1 ? name : fmt::format("{}_{}", name, i)});
    node += bytes_field(2, results.back().name);
  }
  node += bytes_field(3, name) + bytes_field(4, op);
  for (const auto& [key, value] : attributes) node += bytes_field(5, attribute_message(key, value));
  nodes_ += bytes_field(1, node);
  return results;
}

OnnxValue OnnxGraph::scaled(double factor, const OnnxValue& x) {
  return factor == 1.0 ? x : product(x, scalar(factor));
}

OnnxValue OnnxGraph::concatenated(const std::vector<OnnxValue>& parts, std::int64_t axis) {
  return parts.size() == 1 ? parts.front() : add("Concat", parts, {{"axis", axis}});
}

OnnxValue OnnxGraph::slice(const OnnxValue& x, std::int64_t axis, std::int64_t begin, std::int64_t end) {
  return add("Slice", {x, integers({begin}), integers({end}), integers({axis})});
}

OnnxValue OnnxGraph::reshaped(const OnnxValue& x, const Shape& shape) { return add("Reshape", {x, integers(shape)}); }

OnnxValue OnnxGraph::repeated(const OnnxValue& constant_row, const Shape& row_shape, const OnnxValue& rows) {
  const OnnxValue count = slice(add("Shape", {rows}), 0, 0, 1);
  return add("Expand", {constant_row, concatenated({count, integers(row_shape)}, 0)});
}

std::string OnnxGraph::model(const std::map<std::string, std::string>& metadata) const {
  constexpr std::uint64_t format = 8, operators = 17;
  constexpr std::size_t most_bytes = (std::size_t{1} << 31) - 1;
  const std::string graph = nodes_ + bytes_field(2, "policy") + initializers_ + inputs_ + outputs_;
  std::string model = varint_field(1, format) + bytes_field(2, "libfm") + bytes_field(7, graph) +
                      bytes_field(8, bytes_field(1, "") + varint_field(2, operators));
  for (const auto& [name, value] : metadata) model += bytes_field(14, bytes_field(1, name) + bytes_field(2, value));
  if (model.size() > most_bytes) {
    throw_input_error("the policy needs {} bytes, but an ONNX file holds at most 2 GiB", model.size());
  }
  return model;
}

}  // namespace fm
