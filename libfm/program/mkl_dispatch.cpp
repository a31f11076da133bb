// MKL, which LibTorch contains, calls this function to check for an Intel processor and takes a slow path on all
// others. AMD processors support the fast path too: it is about twice as fast, with the same numerical error. The
// function is undocumented, so it is overridden only here, behind the build option FM_MKL_FAST_PATH; without MKL
// nothing calls it. Every run logs the measured rate of matrix products.

extern "C" int mkl_serv_intel_cpu_true();

extern "C" int mkl_serv_intel_cpu_true() { return 1; }
