// ECR's API about images: what is there, and the manifests and layers themselves for who pulls without a registry
// client. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
import type { Input } from '../aws-input.ts';
import type { Call, Output } from '../aws-json.ts';
import type { Api, EcrOperation } from './api.ts';
import * as refusals from './ecr-error.ts';
import type { Image, Repository } from './ecr-store.ts';
import { removeImage } from './images.ts';
import { layerAddress } from './layer-address.ts';
import { pageOf } from './page.ts';
import { isDigest } from './registry-path.ts';
import { place, repositoryIn } from './repository-input.ts';

/** `imageIds` and `layerDigests` take so many. */
const idsMax = 100;

interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

export const imageOperations: Readonly<Record<string, EcrOperation>> = {
  ListImages: listImages,
  DescribeImages: describeImages,
  BatchGetImage: batchGetImage,
  BatchDeleteImage: batchDeleteImage,
  GetDownloadUrlForLayer: getDownloadUrlForLayer,
  BatchCheckLayerAvailability: batchCheckLayerAvailability,
};

function listImages({ store }: Api, call: Call): Output {
  const repository = repositoryIn(store, call);
  const ids = imageIdsOf(store.images(repository), store.tags(repository));
  const status = tagStatusOf(call.input);
  const wanted = ids.filter(({ imageTag }) => isOfStatus(status, imageTag !== undefined));
  const { page, nextToken } = pageOf(wanted, call.input, keyOfId);
  return { imageIds: page, nextToken };
}

function describeImages(api: Api, call: Call): Output {
  const { store } = api;
  const repository = repositoryIn(store, call);
  const tags = store.tags(repository);
  const detail = (image: Image) => detailOf(repository, image, tags);
  const ids = call.input.objects('imageIds').map(imageIdOf);
  if (ids.length > 0) {
    const found = new Map(ids.map((id) => imageOf(api, repository, id)).map((one) => [one.digest, one]));
    return { imageDetails: [...found.values()].map(detail) };
  }
  const status = tagStatusOf(call.input);
  const tagged = new Set(tags.values());
  const images = store.images(repository).filter(({ digest }) => isOfStatus(status, tagged.has(digest)));
  const { page, nextToken } = pageOf(images, call.input, ({ digest }) => digest);
  return { imageDetails: page.map(detail), nextToken };
}

async function batchGetImage(api: Api, call: Call): Promise<Output> {
  const repository = repositoryIn(api.store, call);
  const { done: images, failures } = await eachImage(api, call, repository, async (image, id) => {
    const { digest, mediaType } = image;
    const imageManifest = (await api.server.manifest(repository.id, image)).toString();
    const imageId = { ...id, imageDigest: digest };
    return { ...place(repository), imageId, imageManifest, imageManifestMediaType: mediaType };
  });
  return { images, failures };
}

async function batchDeleteImage(api: Api, call: Call): Promise<Output> {
  const repository = repositoryIn(api.store, call);
  const { done: imageIds, failures } = await eachImage(api, call, repository, async (image, id) => {
    await removeImage(api, { repository, image, tag: id.imageTag });
    return { ...id, imageDigest: image.digest };
  });
  return { imageIds, failures };
}

/** One after the other; those that are not there fail by themselves. */
async function eachImage(
  api: Api,
  { input }: Call,
  repository: Repository,
  work: (image: Image, id: ImageId) => Promise<object>,
): Promise<{ readonly done: readonly object[]; readonly failures: readonly object[] }> {
  const done: object[] = [];
  const failures: object[] = [];
  for (const id of imageIdsIn(input)) {
    const image = findImage(api, repository, id);
    if (image === undefined) failures.push(failureOf(id));
    else done.push(await work(image, id));
  }
  return { done, failures };
}

async function getDownloadUrlForLayer({ store, server, key, now }: Api, call: Call): Promise<Output> {
  const repository = repositoryIn(store, call);
  const digest = call.input.text('layerDigest');
  if (digest === undefined) throw refusals.missingParameter('layerDigest');
  const isThere = isDigest(digest) && (await server.layerSize(repository.id, digest)) !== undefined;
  if (!isThere) throw refusals.layersNotFound(digest, repository.name, repository);
  return { downloadUrl: layerAddress(key, { repository, digest }, now()), layerDigest: digest };
}

async function batchCheckLayerAvailability({ store, server }: Api, call: Call): Promise<Output> {
  const repository = repositoryIn(store, call);
  const digests = call.input.texts('layerDigests');
  if (digests.length === 0 || digests.length > idsMax) throw refusals.wrongCount('layerDigests', idsMax);
  const layers: object[] = [];
  const failures: object[] = [];
  for (const layerDigest of digests) {
    if (!isDigest(layerDigest)) {
      failures.push({
        layerDigest,
        failureCode: 'InvalidLayerDigest',
        failureReason: 'Invalid layer digest',
      });
      continue;
    }
    const layerSize = await server.layerSize(repository.id, layerDigest);
    const layerAvailability = layerSize === undefined ? 'UNAVAILABLE' : 'AVAILABLE';
    layers.push({ layerDigest, layerAvailability, layerSize });
  }
  return { layers, failures };
}

/** One for each tag; one for an image without. */
function imageIdsOf(images: readonly Image[], tags: ReadonlyMap<string, string>): readonly ImageId[] {
  const tagged = new Set(tags.values());
  const ids: ImageId[] = [
    ...Array.from(tags, ([imageTag, imageDigest]) => ({ imageDigest, imageTag })),
    ...images.filter(({ digest }) => !tagged.has(digest)).map(({ digest }) => ({ imageDigest: digest })),
  ];
  return ids.toSorted((a, b) => (keyOfId(a) < keyOfId(b) ? -1 : 1));
}

const keyOfId = ({ imageDigest = '', imageTag = '' }: ImageId) => `${imageDigest} ${imageTag}`;

function tagStatusOf(input: Input): string {
  const status = input.object('filter')?.text('tagStatus') ?? 'ANY';
  if (['ANY', 'TAGGED', 'UNTAGGED'].includes(status)) return status;
  throw refusals.invalidParameter(
    'filter.tagStatus',
    'Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]',
  );
}

function isOfStatus(status: string, isTagged: boolean): boolean {
  return status === 'ANY' || (status === 'TAGGED') === isTagged;
}

function detailOf(repository: Repository, image: Image, tags: ReadonlyMap<string, string>) {
  const { accountId, name } = repository;
  const imageTags = [...tags].filter(([, digest]) => digest === image.digest).map(([tag]) => tag);
  return {
    registryId: accountId,
    repositoryName: name,
    imageDigest: image.digest,
    imageTags: imageTags.length === 0 ? undefined : imageTags,
    imageSizeInBytes: image.size,
    imagePushedAt: Date.parse(image.pushedAt) / 1000,
    imageManifestMediaType: image.mediaType,
    artifactMediaType: image.artifactMediaType === '' ? undefined : image.artifactMediaType,
  };
}

function imageIdsIn(input: Input): readonly ImageId[] {
  const ids = input.objects('imageIds').map(imageIdOf);
  if (ids.length === 0 || ids.length > idsMax) throw refusals.wrongCount('imageIds', idsMax);
  return ids;
}

function imageIdOf(input: Input): ImageId {
  const imageDigest = input.text('imageDigest');
  const imageTag = input.text('imageTag');
  return {
    ...(imageDigest === undefined ? {} : { imageDigest }),
    ...(imageTag === undefined ? {} : { imageTag }),
  };
}

function findImage(
  { store }: Api,
  repository: Repository,
  { imageDigest, imageTag }: ImageId,
): Image | undefined {
  if (imageTag?.includes(':') || (imageDigest !== undefined && !isDigest(imageDigest))) return undefined;
  const found = store.image(repository, imageTag ?? imageDigest ?? '');
  return imageDigest === undefined || found?.digest === imageDigest ? found : undefined;
}

function imageOf(api: Api, repository: Repository, id: ImageId): Image {
  const found = findImage(api, repository, id);
  if (found === undefined) throw refusals.imageNotFound(id, repository.name, repository);
  return found;
}

function failureOf(imageId: ImageId): object {
  if (imageId.imageDigest === undefined && imageId.imageTag === undefined) {
    return {
      imageId,
      failureCode: 'MissingDigestAndTag',
      failureReason: 'Invalid request parameters: both tag and digest cannot be null',
    };
  }
  if (imageId.imageDigest !== undefined && !isDigest(imageId.imageDigest)) {
    return {
      imageId,
      failureCode: 'InvalidImageDigest',
      failureReason:
        "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
    };
  }
  return { imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' };
}
