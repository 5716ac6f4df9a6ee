// Route table actions. A described table shows the implied local routes first, then what users added, then the
// routes of gateway endpoints.
import type {
  CreateRouteRequest,
  ReplaceRouteRequest,
  Route as RouteOut,
  RouteTableAssociation as AssociationOut,
  RouteTable as RouteTableOut,
} from '@aws-sdk/client-ec2';
import { missingParameter } from '../../catalog/refusals/common.ts';
import { edgeAssociationUnsupported } from '../../catalog/refusals/route-table.ts';
import { mine, type ReadCall } from '../../control/call.ts';
import * as routes from '../../control/route.ts';
import * as control from '../../control/route-table.ts';
import * as vpnGateways from '../../control/vpn-gateway.ts';
import {
  isRouteActive,
  propagatedRoutes,
  type Route,
  type RouteTable,
  type RouteTableAssociation,
  sameDestination,
} from '../../model/route-table.ts';
import type { Ec2Operations } from '../../shapes/operations.ts';
import { type Actions, read, write } from '../action.ts';
import { type Filters, select } from './select.ts';
import { tagsOnCreate, tagsOut } from './tags.ts';

function routeOut(call: ReadCall, table: RouteTable, { destination, target }: Route): RouteOut {
  const out: RouteOut = {
    Origin: 'CreateRoute',
    State: isRouteActive(call.intent, table, target) ? 'active' : 'blackhole',
  };
  if (destination.kind === 'cidr') out.DestinationCidrBlock = destination.cidr;
  else out.DestinationPrefixListId = destination.prefixListId;
  switch (target.kind) {
    case 'internet-gateway':
    case 'vpn-gateway':
    case 'vpc-endpoint':
      return { ...out, GatewayId: target.id };
    case 'nat-gateway':
      return { ...out, NatGatewayId: target.id };
    case 'vpc-peering-connection':
      return { ...out, VpcPeeringConnectionId: target.id };
    case 'network-interface': {
      const attachment = call.intent.get('networkInterface', target.id)?.attachment;
      if (attachment?.instanceId === undefined) return { ...out, NetworkInterfaceId: target.id };
      const instance = { InstanceId: attachment.instanceId, InstanceOwnerId: attachment.instanceOwnerId };
      return { ...out, ...instance, NetworkInterfaceId: target.id };
    }
  }
}

function routesOut(call: ReadCall, table: RouteTable): RouteOut[] {
  const local = routes.localBlocks(call, table).map(
    (block): RouteOut => ({
      DestinationCidrBlock: block,
      GatewayId: 'local',
      Origin: 'CreateRouteTable',
      State: 'active',
    }),
  );
  const implied = routes
    .endpointRoutes(call, table)
    .filter((route) => !table.routes.some((own) => sameDestination(own.destination, route.destination)));
  const propagated = propagatedRoutes(call.intent, table).map((route): RouteOut => {
    return { ...routeOut(call, table, route), Origin: 'EnableVgwRoutePropagation' };
  });
  return [
    ...local,
    ...[...table.routes, ...implied].map((route) => routeOut(call, table, route)),
    ...propagated,
  ];
}

function associationOut(table: RouteTable, association: RouteTableAssociation): AssociationOut {
  return {
    RouteTableAssociationId: association.id,
    RouteTableId: table.id,
    ...(association.subnetId === undefined ? {} : { SubnetId: association.subnetId }),
    Main: association.subnetId === undefined,
    AssociationState: { State: 'associated' },
  };
}

function routeTableOut(call: ReadCall, table: RouteTable): RouteTableOut {
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: table.ownerId,
    Associations: table.associations.map((association) => associationOut(table, association)),
    Routes: routesOut(call, table),
    PropagatingVgws: (table.propagatingVgws ?? []).map((GatewayId) => ({ GatewayId })),
    Tags: tagsOut(table.tags),
  };
}

function filters(call: ReadCall): Filters<RouteTable> {
  const ofRoutes = (member: keyof RouteOut) => (table: RouteTable) =>
    routesOut(call, table).map((route) => route[member]);
  return {
    'route-table-id': (table) => table.id,
    'vpc-id': (table) => table.vpcId,
    'owner-id': (table) => table.ownerId,
    'association.route-table-association-id': (table) => table.associations.map((one) => one.id),
    'association.route-table-id': (table) => table.associations.map(() => table.id),
    'association.subnet-id': (table) => table.associations.map((one) => one.subnetId),
    'association.gateway-id': () => undefined,
    'association.main': (table) => table.associations.map((one) => String(one.subnetId === undefined)),
    'route.destination-cidr-block': ofRoutes('DestinationCidrBlock'),
    'route.destination-ipv6-cidr-block': ofRoutes('DestinationIpv6CidrBlock'),
    'route.destination-prefix-list-id': ofRoutes('DestinationPrefixListId'),
    'route.gateway-id': ofRoutes('GatewayId'),
    'route.instance-id': ofRoutes('InstanceId'),
    'route.nat-gateway-id': ofRoutes('NatGatewayId'),
    'route.vpc-peering-connection-id': ofRoutes('VpcPeeringConnectionId'),
    'route.transit-gateway-id': ofRoutes('TransitGatewayId'),
    'route.local-gateway-id': ofRoutes('LocalGatewayId'),
    'route.carrier-gateway-id': ofRoutes('CarrierGatewayId'),
    'route.egress-only-internet-gateway-id': ofRoutes('EgressOnlyInternetGatewayId'),
    'route.origin': ofRoutes('Origin'),
    'route.state': ofRoutes('State'),
  };
}

type Destination = Pick<
  CreateRouteRequest,
  'DestinationCidrBlock' | 'DestinationIpv6CidrBlock' | 'DestinationPrefixListId'
>;

const destinationOf = (input: Destination): routes.DestinationChoice => ({
  cidrBlock: input.DestinationCidrBlock,
  ipv6CidrBlock: input.DestinationIpv6CidrBlock,
  prefixListId: input.DestinationPrefixListId,
});

const targetOf = (input: CreateRouteRequest | ReplaceRouteRequest): routes.TargetChoice => ({
  gatewayId: input.GatewayId,
  instanceId: input.InstanceId,
  networkInterfaceId: input.NetworkInterfaceId,
  natGatewayId: input.NatGatewayId,
  vpcPeeringConnectionId: input.VpcPeeringConnectionId,
  vpcEndpointId: input.VpcEndpointId,
  transitGatewayId: input.TransitGatewayId,
  localGatewayId: input.LocalGatewayId,
  carrierGatewayId: input.CarrierGatewayId,
  egressOnlyInternetGatewayId: input.EgressOnlyInternetGatewayId,
  coreNetworkArn: input.CoreNetworkArn,
});

export const routeTableActions: Actions<Ec2Operations> = {
  CreateRouteTable: write((call, input) => {
    if (input.VpcId === undefined) throw missingParameter('vpcId');
    const tags = tagsOnCreate(input.TagSpecifications, 'route-table');
    const table = control.createRouteTable(call, input.VpcId, tags);
    return { RouteTable: routeTableOut(call, table), ClientToken: input.ClientToken };
  }),

  DeleteRouteTable: write((call, input) => {
    control.deleteRouteTable(call, input.RouteTableId ?? '');
    return {};
  }),

  DescribeRouteTables: read((call, input) => {
    const options = { ids: input.RouteTableIds, filters: filters(call) };
    const { items, NextToken } = select('routeTable', mine(call, 'routeTable'), input, options);
    return { RouteTables: items.map((table) => routeTableOut(call, table)), NextToken };
  }),

  AssociateRouteTable: write((call, input) => {
    if (input.GatewayId !== undefined) throw edgeAssociationUnsupported();
    if (input.SubnetId === undefined) throw missingParameter('subnetId');
    const association = control.associateRouteTable(call, input.RouteTableId ?? '', input.SubnetId);
    return { AssociationId: association.id, AssociationState: { State: 'associated' } };
  }),

  DisassociateRouteTable: write((call, input) => {
    control.disassociateRouteTable(call, input.AssociationId ?? '');
    return {};
  }),

  ReplaceRouteTableAssociation: write((call, input) => {
    const { AssociationId = '', RouteTableId = '' } = input;
    const association = control.replaceRouteTableAssociation(call, AssociationId, RouteTableId);
    return { NewAssociationId: association.id, AssociationState: { State: 'associated' } };
  }),

  CreateRoute: write((call, input) => {
    routes.createRoute(call, input.RouteTableId ?? '', destinationOf(input), targetOf(input));
    return { Return: true };
  }),

  ReplaceRoute: write((call, input) => {
    const by = { target: targetOf(input), local: input.LocalTarget === true };
    routes.replaceRoute(call, input.RouteTableId ?? '', destinationOf(input), by);
    return {};
  }),

  EnableVgwRoutePropagation: write((call, input) => {
    vpnGateways.enableVgwRoutePropagation(call, input.RouteTableId ?? '', input.GatewayId ?? '');
    return {};
  }),

  DisableVgwRoutePropagation: write((call, input) => {
    vpnGateways.disableVgwRoutePropagation(call, input.RouteTableId ?? '', input.GatewayId ?? '');
    return {};
  }),

  DeleteRoute: write((call, input) => {
    routes.deleteRoute(call, input.RouteTableId ?? '', destinationOf(input));
    return {};
  }),
};
