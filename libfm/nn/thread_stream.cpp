#include "libfm/nn/thread_stream.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>

#include <map>
#include <utility>

namespace fm {

c10::Stream thread_stream(c10::Device device, StreamUse use) {
  thread_local std::map<std::pair<c10::DeviceIndex, StreamUse>, c10::Stream> streams;
  const std::pair key(device.index(), use);
  if (const auto found = streams.find(key); found != streams.end()) return found->second;
  return streams.emplace(key, c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device)).first->second;
}

}  // namespace fm
