// The layout of TensorRT's classes, declared so that the compiler lays out their virtual tables: the methods that are called, in their places, and
// unused_N for every other place. Calling one of those is a violation that names it. STANDIN_MAJOR is 10 or 11.
#pragma once
#include "standin.h"

#define U(n) \
    virtual void unused_##n() noexcept { standin::violation(std::string("a call of ") + __PRETTY_FUNCTION__); }

namespace nvinfer1
{
struct Dims
{
    int32_t nbDims;
    int64_t d[8];
};
static_assert(sizeof(Dims) == 72, "a shape has 72 bytes");

#if STANDIN_MAJOR == 10
class ILogger
{
public:
    virtual void log(int32_t severity, char const* msg) noexcept = 0;
    virtual ~ILogger() = default;
};
#else
struct InterfaceInfo
{
    char const* kind;
    int32_t major;
    int32_t minor;
};

class IVersionedInterface
{
public:
    virtual int32_t getAPILanguage() const noexcept = 0;
    virtual InterfaceInfo getInterfaceInfo() const noexcept = 0;
    virtual ~IVersionedInterface() noexcept = default;
};

class ILogger : public IVersionedInterface
{
public:
    virtual void log(int32_t severity, char const* msg) noexcept = 0;
};
#endif

class ICudaEngine;
class IExecutionContext;
class IBuilderConfig;
class INetworkDefinition;
class IOptimizationProfile;
class IHostMemory;
class ITensor;

namespace apiv
{
class VRoot
{
public:
    virtual ~VRoot() noexcept = default; // 0, 1
};

class VRuntime : public VRoot
{
public:
    U(2)
    virtual ICudaEngine* deserializeCudaEngine(void const* blob, std::size_t size) noexcept = 0; // 3
    U(4) U(5) U(6) U(7) U(8) U(9) U(10) U(11) U(12) U(13) U(14) U(15) U(16) U(17) U(18) U(19)
};

class VCudaEngine : public VRoot
{
public:
#if STANDIN_MAJOR == 10
    U(2) U(3) U(4)
    virtual IExecutionContext* createExecutionContext(int32_t strategy) noexcept = 0; // 5
    U(6) U(7) U(8) U(9)
    virtual int32_t getNbOptimizationProfiles() const noexcept = 0; // 10
    U(11) U(12) U(13) U(14) U(15) U(16) U(17) U(18)
    virtual Dims getTensorShape(char const* name) const noexcept = 0; // 19
    virtual int32_t getTensorDataType(char const* name) const noexcept = 0; // 20
    U(21) U(22)
    virtual int32_t getTensorIOMode(char const* name) const noexcept = 0; // 23
    U(24) U(25) U(26) U(27) U(28)
    virtual Dims getProfileShape(char const* name, int32_t profile, int32_t select) const noexcept = 0; // 29
    virtual int32_t getNbIOTensors() const noexcept = 0; // 30
    virtual char const* getIOTensorName(int32_t index) const noexcept = 0; // 31
    U(32) U(33) U(34) U(35) U(36) U(37) U(38) U(39) U(40) U(41) U(42) U(43) U(44) U(45) U(46) U(47)
    U(48) U(49) U(50) U(51) U(52)
#else
    U(2) U(3) U(4)
    virtual IExecutionContext* createExecutionContext(int32_t strategy) noexcept = 0; // 5
    U(6) U(7)
    virtual int32_t getNbOptimizationProfiles() const noexcept = 0; // 8
    U(9) U(10) U(11) U(12) U(13) U(14)
    virtual Dims getTensorShape(char const* name) const noexcept = 0; // 15
    virtual int32_t getTensorDataType(char const* name) const noexcept = 0; // 16
    U(17) U(18)
    virtual int32_t getTensorIOMode(char const* name) const noexcept = 0; // 19
    U(20) U(21) U(22) U(23) U(24)
    virtual Dims getProfileShape(char const* name, int32_t profile, int32_t select) const noexcept = 0; // 25
    virtual int32_t getNbIOTensors() const noexcept = 0; // 26
    virtual char const* getIOTensorName(int32_t index) const noexcept = 0; // 27
    U(28) U(29) U(30) U(31) U(32) U(33) U(34) U(35) U(36) U(37) U(38) U(39) U(40) U(41) U(42) U(43)
    U(44)
#endif
};

class VExecutionContext : public VRoot
{
public:
#if STANDIN_MAJOR == 10
    U(2) U(3) U(4) U(5) U(6) U(7) U(8) U(9) U(10) U(11) U(12) U(13) U(14) U(15) U(16) U(17)
    U(18) U(19) U(20)
    virtual bool setInputShape(char const* name, Dims const& dims) noexcept = 0; // 21
    virtual Dims getTensorShape(char const* name) const noexcept = 0; // 22
    U(23)
    virtual bool setTensorAddress(char const* name, void* data) noexcept = 0; // 24
    U(25) U(26) U(27) U(28) U(29) U(30) U(31) U(32) U(33) U(34) U(35) U(36)
    virtual bool enqueueV3(void* stream) noexcept = 0; // 37
    U(38) U(39) U(40) U(41) U(42) U(43) U(44) U(45)
#else
    U(2) U(3) U(4) U(5) U(6) U(7) U(8) U(9) U(10) U(11) U(12) U(13) U(14) U(15) U(16) U(17)
    U(18) U(19)
    virtual bool setInputShape(char const* name, Dims const& dims) noexcept = 0; // 20
    virtual Dims getTensorShape(char const* name) const noexcept = 0; // 21
    U(22)
    virtual bool setTensorAddress(char const* name, void* data) noexcept = 0; // 23
    U(24) U(25) U(26) U(27) U(28) U(29) U(30) U(31) U(32) U(33) U(34) U(35)
    virtual bool enqueueV3(void* stream) noexcept = 0; // 36
    U(37) U(38) U(39) U(40) U(41) U(42) U(43) U(44) U(45)
#endif
};

class VHostMemory : public VRoot
{
public:
    virtual void* data() const noexcept = 0; // 2
    virtual std::size_t size() const noexcept = 0; // 3
    U(4)
};

class VBuilder : public VRoot
{
public:
#if STANDIN_MAJOR == 10
    U(2) U(3) U(4) U(5) U(6)
    virtual IBuilderConfig* createBuilderConfig() noexcept = 0; // 7
    virtual INetworkDefinition* createNetworkV2(uint32_t flags) noexcept = 0; // 8
    virtual IOptimizationProfile* createOptimizationProfile() noexcept = 0; // 9
    U(10) U(11) U(12) U(13)
    virtual IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept = 0; // 14
    U(15) U(16) U(17) U(18) U(19)
#else
    U(2) U(3) U(4)
    virtual IBuilderConfig* createBuilderConfig() noexcept = 0; // 5
    virtual INetworkDefinition* createNetworkV2(uint32_t flags) noexcept = 0; // 6
    virtual IOptimizationProfile* createOptimizationProfile() noexcept = 0; // 7
    U(8) U(9) U(10)
    virtual IHostMemory* buildSerializedNetwork(INetworkDefinition& network, IBuilderConfig& config) noexcept = 0; // 11
    U(12) U(13) U(14) U(15) U(16) U(17)
#endif
};

class VBuilderConfig : public VRoot
{
public:
#if STANDIN_MAJOR == 10
    U(2) U(3) U(4) U(5) U(6) U(7) U(8) U(9) U(10) U(11) U(12) U(13) U(14) U(15) U(16) U(17)
    U(18) U(19) U(20) U(21) U(22) U(23) U(24)
    virtual int32_t addOptimizationProfile(IOptimizationProfile const* profile) noexcept = 0; // 25
    U(26) U(27) U(28) U(29) U(30) U(31) U(32) U(33) U(34) U(35) U(36) U(37) U(38) U(39) U(40) U(41)
    U(42)
    virtual void setMemoryPoolLimit(int32_t pool, std::size_t size) noexcept = 0; // 43
    U(44) U(45) U(46) U(47) U(48) U(49) U(50) U(51) U(52) U(53) U(54) U(55) U(56) U(57)
#else
    U(2) U(3) U(4) U(5) U(6) U(7) U(8) U(9) U(10) U(11) U(12) U(13) U(14) U(15) U(16) U(17)
    U(18) U(19) U(20) U(21) U(22)
    virtual int32_t addOptimizationProfile(IOptimizationProfile const* profile) noexcept = 0; // 23
    U(24) U(25) U(26) U(27) U(28) U(29) U(30) U(31)
    virtual void setMemoryPoolLimit(int32_t pool, std::size_t size) noexcept = 0; // 32
    U(33) U(34) U(35) U(36) U(37) U(38) U(39) U(40) U(41) U(42) U(43) U(44) U(45) U(46) U(47) U(48)
    U(49)
#endif
};

class VOptimizationProfile : public VRoot
{
public:
#if STANDIN_MAJOR == 10
    virtual bool setDimensions(char const* name, int32_t select, Dims const& dims) noexcept = 0; // 2
    U(3) U(4) U(5) U(6) U(7) U(8)
    virtual bool isValid() const noexcept = 0; // 9
#else
    virtual bool setDimensions(char const* name, int32_t select, Dims const& dims) noexcept = 0; // 2
    U(3) U(4) U(5) U(6)
    virtual bool isValid() const noexcept = 0; // 7
    U(8) U(9)
#endif
};

class VNetworkDefinition : public VRoot
{
public:
    U(2) U(3) U(4) U(5) U(6) U(7) U(8) U(9) U(10) U(11) U(12) U(13)
    virtual int32_t getNbInputs() const noexcept = 0; // 14
    virtual ITensor* getInput(int32_t index) const noexcept = 0; // 15
    virtual int32_t getNbOutputs() const noexcept = 0; // 16
    virtual ITensor* getOutput(int32_t index) const noexcept = 0; // 17
    U(18) U(19) U(20) U(21) U(22) U(23) U(24) U(25) U(26) U(27) U(28) U(29) U(30) U(31) U(32) U(33)
    U(34) U(35) U(36) U(37) U(38) U(39)
};

class VTensor : public VRoot
{
public:
#if STANDIN_MAJOR == 10
    U(2)
    virtual char const* getName() const noexcept = 0; // 3
    U(4)
    virtual Dims getDimensions() const noexcept = 0; // 5
    U(6)
    virtual int32_t getType() const noexcept = 0; // 7
    U(8) U(9) U(10) U(11) U(12) U(13) U(14) U(15) U(16) U(17) U(18) U(19)
#else
    U(2)
    virtual char const* getName() const noexcept = 0; // 3
    U(4)
    virtual Dims getDimensions() const noexcept = 0; // 5
    virtual int32_t getType() const noexcept = 0; // 6
    U(7) U(8) U(9) U(10) U(11) U(12) U(13) U(14)
#endif
};

}

// What a program gets in its hand: a virtual destructor, and the implementation behind it.
template <class V>
class Public
{
public:
    virtual ~Public() noexcept = default;

protected:
    V* mImpl{};
};

class IRuntime : public Public<apiv::VRuntime> {};
class ICudaEngine : public Public<apiv::VCudaEngine> {};
class IExecutionContext : public Public<apiv::VExecutionContext> {};
class IHostMemory : public Public<apiv::VHostMemory> {};
class IBuilder : public Public<apiv::VBuilder> {};
class IBuilderConfig : public Public<apiv::VBuilderConfig> {};
class IOptimizationProfile : public Public<apiv::VOptimizationProfile> {};
class INetworkDefinition : public Public<apiv::VNetworkDefinition> {};
class ITensor : public Public<apiv::VTensor> {};
static_assert(sizeof(IRuntime) == 16, "a pointer to a table and one to the implementation");
}

namespace nvonnxparser
{
class IParserError
{
public:
    U(0)
    virtual char const* desc() const noexcept = 0; // 1
    U(2) U(3) U(4)
    virtual int node() const noexcept = 0; // 5
    U(6) U(7) U(8) U(9)
    virtual ~IParserError() = default;
};

class IParser
{
public:
    virtual bool parse(void const* model, std::size_t size, char const* path) noexcept = 0; // 0
    U(1) U(2)
#if STANDIN_MAJOR == 10
    U(3) U(4)
#endif
    virtual int getNbErrors() const noexcept = 0; // 5 in 10, 3 in 11
    virtual IParserError const* getError(int index) const noexcept = 0; // 6, 4
    U(7)
    virtual ~IParser() noexcept = default; // 8 and 9, 6 and 7
    U(10) U(11)
};
}

#undef U
