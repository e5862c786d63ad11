// SPDX-License-Identifier: Apache-2.0

// Package core names the fields of the core kinds that the gateway reads.  gwgen reads this file
// as it reads the Gateway API's types; these kinds have no CRD, so the tag `s` carries what a schema
// would: required, default=V, enum=A|B, min=N, max=N.  Fields not named here are skipped, whatever
// they hold.
package core

import "sluice.dev/tools/gwgen/types/meta"

type Service struct {
	Spec   ServiceSpec    `json:"spec" s:"required"`
	Status *ServiceStatus `json:"status,omitempty"`
}

type ServiceSpec struct {
	Type                     *ServiceType  `json:"type,omitempty" s:"default=ClusterIP"`
	ClusterIP                *string       `json:"clusterIP,omitempty"`
	ClusterIPs               []string      `json:"clusterIPs,omitempty"`
	ExternalName             *string       `json:"externalName,omitempty"`
	ExternalIPs              []string      `json:"externalIPs,omitempty"`
	Selector                 meta.Labels   `json:"selector,omitempty"`
	Ports                    []ServicePort `json:"ports,omitempty"`
	PublishNotReadyAddresses *bool         `json:"publishNotReadyAddresses,omitempty"`
}

type ServiceType string

const (
	ServiceTypeClusterIP    ServiceType = "ClusterIP"
	ServiceTypeNodePort     ServiceType = "NodePort"
	ServiceTypeLoadBalancer ServiceType = "LoadBalancer"
	ServiceTypeExternalName ServiceType = "ExternalName"
)

type ServicePort struct {
	Name        *string           `json:"name,omitempty"`
	Protocol    *NetworkProtocol  `json:"protocol,omitempty" s:"default=TCP"`
	AppProtocol *string           `json:"appProtocol,omitempty"`
	Port        int32             `json:"port" s:"required,min=1,max=65535"`
	TargetPort  *meta.IntOrString `json:"targetPort,omitempty"`
	NodePort    *int32            `json:"nodePort,omitempty"`
}

type NetworkProtocol string

const (
	NetworkProtocolTCP  NetworkProtocol = "TCP"
	NetworkProtocolUDP  NetworkProtocol = "UDP"
	NetworkProtocolSCTP NetworkProtocol = "SCTP"
)

type ServiceStatus struct {
	LoadBalancer *LoadBalancerStatus `json:"loadBalancer,omitempty"`
}

type LoadBalancerStatus struct {
	Ingress []LoadBalancerIngress `json:"ingress,omitempty"`
}

type LoadBalancerIngress struct {
	IP       *string `json:"ip,omitempty"`
	Hostname *string `json:"hostname,omitempty"`
}

type EndpointSlice struct {
	AddressType EndpointAddressType `json:"addressType" s:"required"`
	Endpoints   []SliceEndpoint     `json:"endpoints,omitempty" s:"max=1000"`
	Ports       []SlicePort         `json:"ports,omitempty" s:"max=20000"`
}

type EndpointAddressType string

const (
	EndpointAddressTypeIPv4 EndpointAddressType = "IPv4"
	EndpointAddressTypeIPv6 EndpointAddressType = "IPv6"
	EndpointAddressTypeFQDN EndpointAddressType = "FQDN"
)

type SliceEndpoint struct {
	Addresses  []string            `json:"addresses" s:"required,min=1,max=100"`
	Conditions *EndpointConditions `json:"conditions,omitempty"`
	Hostname   *string             `json:"hostname,omitempty"`
	NodeName   *string             `json:"nodeName,omitempty"`
	Zone       *string             `json:"zone,omitempty"`
	TargetRef  *EndpointTargetRef  `json:"targetRef,omitempty"`
}

type EndpointConditions struct {
	Ready       *bool `json:"ready,omitempty"`
	Serving     *bool `json:"serving,omitempty"`
	Terminating *bool `json:"terminating,omitempty"`
}

type EndpointTargetRef struct {
	Kind *string `json:"kind,omitempty"`
	Name *string `json:"name,omitempty"`
	UID  *string `json:"uid,omitempty"`
}

type SlicePort struct {
	Name        *string          `json:"name,omitempty"`
	Protocol    *NetworkProtocol `json:"protocol,omitempty" s:"default=TCP"`
	AppProtocol *string          `json:"appProtocol,omitempty"`
	Port        *int32           `json:"port,omitempty" s:"min=1,max=65535"`
}

// Secret: decoding merges stringData over data, as the API server does on write.
type Secret struct {
	Type       *string     `json:"type,omitempty" s:"default=Opaque"`
	Data       meta.Bytes  `json:"data,omitempty"`
	StringData meta.Labels `json:"stringData,omitempty"`
}

type ConfigMap struct {
	Data       meta.Labels `json:"data,omitempty"`
	BinaryData meta.Bytes  `json:"binaryData,omitempty"`
}

type ClusterTrustBundle struct {
	Spec ClusterTrustBundleSpec `json:"spec" s:"required"`
}

type ClusterTrustBundleSpec struct {
	SignerName  *string `json:"signerName,omitempty"`
	TrustBundle string  `json:"trustBundle" s:"required"`
}

// Namespace is only its name and labels.
type Namespace struct {
}
