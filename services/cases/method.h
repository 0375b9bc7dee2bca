// How the services of cases declare a method. Belongs into the public part of a
// class whose first member is rpc::Runtime& runtime_.
#pragma once

#include "rpc/unary.h"

// A method whose rpc::Method is initialized by what follows.
#define WANGGE_METHOD_FROM(name, Request, Response, ...)                     \
  grpc::ServerUnaryReactor* name(grpc::CallbackServerContext* context,       \
                                 const Request* request, Response* response) \
      override {                                                             \
    return name##_.Start(context, request, response);                        \
  }                                                                          \
                                                                             \
 private:                                                                    \
  rpc::Method<Request, Response> name##_ __VA_ARGS__;                        \
                                                                             \
 public:

// A method of `Service` whose handler is Handler(call, request).
#define WANGGE_METHOD(Service, name, Request, Response, Handler)         \
  WANGGE_METHOD_FROM(name, Request, Response,                            \
                     {&runtime_, "/wangge.cases.v1." #Service "/" #name, \
                      [](const Request& r) { return Validate(r); },      \
                      [this](const rpc::Call& call, const Request& r) {  \
                        return Handler(call, r);                         \
                      }})
