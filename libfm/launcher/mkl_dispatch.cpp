// MKL, inside LibTorch, asks this function whether the processor is Intel's and takes a slow path on all others. AMD
// processors run its fast path as well, about twice as fast, and with the same error. The answer is undocumented, so it
// stands in this one file behind the build option FM_MKL_FAST_PATH; where LibTorch has no MKL, nothing calls it. The
// log of every run says how fast matrix products were.

extern "C" int mkl_serv_intel_cpu_true();

extern "C" int mkl_serv_intel_cpu_true() { return 1; }
