// SPDX-License-Identifier: Apache-2.0
package io.rktj.services.api;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.rktj.PodException;
import io.rktj.spec.MalformedException;
import io.rktj.stage0.service.ServiceCall;
import java.util.function.Supplier;
import rkt.v1alpha.GetInfoRequest;
import rkt.v1alpha.GetInfoResponse;
import rkt.v1alpha.GetLogsRequest;
import rkt.v1alpha.GetLogsResponse;
import rkt.v1alpha.GlobalFlags;
import rkt.v1alpha.Info;
import rkt.v1alpha.InspectImageRequest;
import rkt.v1alpha.InspectImageResponse;
import rkt.v1alpha.InspectPodRequest;
import rkt.v1alpha.InspectPodResponse;
import rkt.v1alpha.ListImagesRequest;
import rkt.v1alpha.ListImagesResponse;
import rkt.v1alpha.ListPodsRequest;
import rkt.v1alpha.ListPodsResponse;
import rkt.v1alpha.ListenEventsRequest;
import rkt.v1alpha.ListenEventsResponse;
import rkt.v1alpha.PublicAPIGrpc;

/** The calls of the interface, each handed to who answers it; failures become gRPC's statuses. */
final class PublicApi extends PublicAPIGrpc.PublicAPIImplBase {
  private static final String API_VERSION = "1.0.0-alpha";

  private final Info info;
  private final PodAnswers pods;
  private final ImageAnswers images;
  private final EventStreams events;
  private final LogStreams logs;

  PublicApi(
      ServiceCall call,
      PodAnswers pods,
      ImageAnswers images,
      EventStreams events,
      LogStreams logs) {
    info = info(call);
    this.pods = pods;
    this.images = images;
    this.events = events;
    this.logs = logs;
  }

  private static Info info(ServiceCall call) {
    ServiceCall.Settings settings = call.settings();
    return Info.newBuilder()
        .setRktVersion(settings.rktVersion())
        .setAppcVersion(settings.appcVersion())
        .setApiVersion(API_VERSION)
        .setGlobalFlags(
            GlobalFlags.newBuilder()
                .setDir(call.data().toString())
                .setSystemConfigDir(settings.systemConfig())
                .setLocalConfigDir(settings.localConfig())
                .setUserConfigDir(settings.userConfig())
                .setInsecureFlags(settings.insecureOptions())
                .setTrustKeysFromHttps(settings.trustKeysFromHttps()))
        .build();
  }

  @Override
  public void getInfo(GetInfoRequest request, StreamObserver<GetInfoResponse> observer) {
    answer(observer, () -> GetInfoResponse.newBuilder().setInfo(info).build());
  }

  @Override
  public void listPods(ListPodsRequest request, StreamObserver<ListPodsResponse> observer) {
    answer(observer, () -> pods.list(request));
  }

  @Override
  public void inspectPod(InspectPodRequest request, StreamObserver<InspectPodResponse> observer) {
    answer(
        observer,
        () -> InspectPodResponse.newBuilder().setPod(pods.inspect(request.getId())).build());
  }

  @Override
  public void listImages(ListImagesRequest request, StreamObserver<ListImagesResponse> observer) {
    answer(observer, () -> images.list(request));
  }

  @Override
  public void inspectImage(
      InspectImageRequest request, StreamObserver<InspectImageResponse> observer) {
    answer(
        observer,
        () -> InspectImageResponse.newBuilder().setImage(images.inspect(request.getId())).build());
  }

  @Override
  public void listenEvents(
      ListenEventsRequest request, StreamObserver<ListenEventsResponse> observer) {
    orFail(
        observer,
        () ->
            events.open(
                request.getFilter(), (ServerCallStreamObserver<ListenEventsResponse>) observer));
  }

  @Override
  public void getLogs(GetLogsRequest request, StreamObserver<GetLogsResponse> observer) {
    orFail(
        observer, () -> logs.open(request, (ServerCallStreamObserver<GetLogsResponse>) observer));
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> work) {
    orFail(
        observer,
        () -> {
          observer.onNext(work.get());
          observer.onCompleted();
        });
  }

  private static void orFail(StreamObserver<?> observer, Runnable work) {
    try {
      work.run();
    } catch (MalformedException e) {
      observer.onError(failed(Status.INVALID_ARGUMENT, e));
    } catch (NotFound e) {
      observer.onError(failed(Status.NOT_FOUND, e));
    } catch (PodException e) {
      observer.onError(failed(Status.INTERNAL, e));
    }
  }

  private static RuntimeException failed(Status status, RuntimeException failure) {
    return status.withDescription(failure.getMessage()).asRuntimeException();
  }

  /** What was asked for is not on this host. */
  static final class NotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotFound(String message) {
      super(message);
    }
  }
}
